export function kubeProxySave(services: number): string
