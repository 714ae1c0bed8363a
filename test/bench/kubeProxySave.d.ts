/** The text iptables-save prints of a node with so many Services: 11 rules each. */
export function kubeProxySave(services: number): string
/** The ClusterIP of the n-th Service, from 0. */
export function serviceAddress(n: number): string
