import type { Disagreement } from './disagreement.ts'

/** Something the engine is known to do otherwise than the kernel. */
interface Known {
  readonly name: string
  /** Whether a disagreement is of this kind; it is counted then, and not reported. */
  explains(found: Disagreement): boolean
}

const uses = ({ labCase }: Disagreement, spec: RegExp): boolean => labCase.rules.some((rule) => spec.test(`${rule.table} ${rule.spec}`))
const walked = ({ attempt }: Disagreement): string => attempt.outcomes[0]?.outcome.result ?? ''

/** Those not yet mended. */
export const KNOWN_DISAGREEMENTS: readonly Known[] = [
  // The packet an ICMP error quotes is looked up inverted.
  { name: 'icmp-of-translated', explains: (found) => found.attempt.connection.protocol === 'udp' && found.attempt.run.result === 'refused' && walked(found) === 'timeout' && uses(found, /^nat /) },
  // IPv6 does not check the source of what it sends.
  { name: 'ipv6-own-source', explains: ({ labCase, attempt: { connection } }) => labCase.family === 6 && labCase.mode === 'TPROXY' && connection.mark === 1337 && connection.from === 'pod' },
  // A clash at confirmation drops the packet; a quoted packet must fit both ends of the socket.
  { name: 'zones', explains: (found) => found.attempt.connection.protocol === 'udp' && uses(found, /CT --zone/) },
  // -o holds the device of the packet's first route in all tables of OUTPUT.
  { name: 'device-in-output', explains: (found) => uses(found, /-o (lo|eth0)/) && found.attempt.comparison.differences.some((each) => each.includes(' -o ')) },
  // iptables-nft's security table comes behind nat's INPUT.
  { name: 'security-in-input', explains: (found) => uses(found, /^security /) && uses(found, /^nat /) && found.attempt.comparison.differences.some((each) => each.includes('security:INPUT')) },
  // A RST to ::1 leaves by the device of the address it comes from.
  { name: 'ipv6-loopback-reset', explains: ({ labCase, attempt: { connection } }) => labCase.family === 6 && connection.source === '::1' },
  // A RST for a socket is its owner's.
  { name: 'reset-owner', explains: (found) => found.attempt.comparison.differences.some((each) => each.includes('RST') && each.includes('-m owner')) },
  // Not the engine's: the ICMPv6 error finds the socket locked by connect(), which hears of it at the first retransmission, behind the time the laboratory waits.
  { name: 'late-refusal', explains: (found) => found.labCase.family === 6 && found.attempt.run.result === 'timeout' && ['refused', 'unreachable'].includes(walked(found)) && uses(found, /REJECT/) },
]

export const knownName = (found: Disagreement): string | null => KNOWN_DISAGREEMENTS.find((each) => each.explains(found))?.name ?? null
