import { mustNow } from './run.ts'

/** Nothing may be sent twice, limited in rate, or left behind. */
export const SETTINGS = [
  'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.default.rp_filter=0', 'net.ipv4.icmp_ratelimit=0', 'net.ipv4.tcp_synack_retries=0', 'net.ipv4.tcp_syn_retries=1',
  'net.ipv6.icmp.ratelimit=0', 'net.ipv6.conf.all.accept_dad=0', 'net.ipv6.conf.default.accept_dad=0', 'net.ipv6.conf.default.accept_ra=0', 'net.ipv6.conf.default.router_solicitations=0',
] as const

const TURNED = `*mangle
-A PREROUTING -i eth0 -p tcp -j TPROXY --on-port 7 --on-ip ANY
-A PREROUTING -i eth0 -p udp -j TPROXY --on-port 7 --on-ip ANY
COMMIT
`

/** Any port of a far host reaches its one listener, which sees the address that was dialled. */
export function anyPort(namespace: string): void {
  mustNow(namespace, ['iptables-nft-restore', '-n'], TURNED.replaceAll('ANY', '0.0.0.0'))
  mustNow(namespace, ['ip6tables-nft-restore', '-n'], TURNED.replaceAll('ANY', '::'))
}
