/** The text iptables-save prints of so many Services: 11 rules a Service. */
export function kubeProxySave(services: number): string
