/** TCP header flags as bits (RFC 9293). */
export const TcpFlag = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32 } as const

export type TcpFlagName = keyof typeof TcpFlag

/** In the order iptables prints them. */
const ORDER: readonly TcpFlagName[] = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG']

/** Reads "SYN,ACK", "ALL", "NONE"; null when a name is unknown. */
export function parseTcpFlags(text: string): number | null {
  if (text === 'ALL') return 0x3f
  if (text === 'NONE') return 0
  let bits = 0
  for (const name of text.split(',')) {
    const flag = ORDER.find((known) => known === name.toUpperCase())
    if (!flag) return null
    bits |= TcpFlag[flag]
  }
  return bits
}

/** "FIN,SYN": as iptables prints a flag set; "NONE" for none. */
export function printTcpFlags(bits: number): string {
  if (bits === 0) return 'NONE'
  return ORDER.filter((name) => (bits & TcpFlag[name]) !== 0).join(',')
}

/** "SYN ACK": as the kernel's log target and this project's packets print them. */
export const describeTcpFlags = (bits: number): string =>
  (['SYN', 'URG', 'ACK', 'PSH', 'RST', 'FIN'] as const)
    .filter((name) => (bits & TcpFlag[name]) !== 0)
    .sort((x, y) => LOG_ORDER.indexOf(x) - LOG_ORDER.indexOf(y))
    .join(' ')

const LOG_ORDER: readonly TcpFlagName[] = ['URG', 'SYN', 'ACK', 'PSH', 'RST', 'FIN']
