export function kubeProxySave(services: number): string
export function serviceAddress(n: number): string
