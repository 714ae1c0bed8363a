import type { EnvoyRouteTable, VirtualHost } from './envoyConfig.ts'

/** The virtual host of a Host header: the exact name, the longest "*.suffix", the longest "prefix.*", then "*" (envoyproxy.io, VirtualHost domains). */
export function chooseVirtualHost({ hosts }: EnvoyRouteTable, authority: string | null): VirtualHost | null {
  const name = authority?.toLowerCase() ?? ''
  const all = hosts.flatMap((host) => host.domains.map((domain) => ({ host, domain: domain.toLowerCase() })))
  const longest = (fits: (domain: string) => boolean): VirtualHost | undefined => all.filter(({ domain }) => fits(domain)).toSorted((x, y) => y.domain.length - x.domain.length)[0]?.host
  return longest((domain) => domain === name)
    ?? longest((domain) => domain.length > 1 && domain.startsWith('*') && name.endsWith(domain.slice(1)))
    ?? longest((domain) => domain.length > 1 && domain.endsWith('*') && name.startsWith(domain.slice(0, -1)))
    ?? longest((domain) => domain === '*') ?? null
}
