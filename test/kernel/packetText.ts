import { handleKey } from './ruleHandles.ts'
import type { RuleHandles } from './ruleHandles.ts'

/** A packet each time it entered the stack, with the rules it matched: "nat:OUTPUT 3 JUMP:X". */
export interface TracedPacket {
  readonly head: string
  readonly rules: readonly string[]
}

interface Building {
  readonly id: string
  readonly head: string
  readonly rules: string[]
}

const PACKET = /^PACKET: (?:2|10) (\w+) (.*)$/
const RULE = /^\s*TRACE: (2|10) \w+ (\w+:\S+?):rule:(0x[0-9a-f]+):(\S+)/
/** How some builds print it. */
const NFT_RETURN = '0xfffffffb'

const FLAGS = /\b(SYN|ACK|FIN|RST|PSH|URG)\b/g

/** What is compared of a packet's header, in one order of words. */
function headOf(text: string): string {
  const field = (name: string): string => new RegExp(`(?:^| )${name}=(\\S*)`).exec(text)?.[1] ?? ''
  const device = field('IN') === '' ? `OUT=${field('OUT')}` : `IN=${field('IN')}`
  const ends = `${device} SRC=${field('SRC')} DST=${field('DST')}`
  const at = text.indexOf(' DPORT=')
  // Of ICMP, xtables-monitor tells neither type nor code.
  if (at < 0) return ends
  const flags = (text.slice(at).match(FLAGS) ?? []).join(' ')
  return `${ends} SPORT=${field('SPORT')} DPORT=${field('DPORT')}${flags === '' ? '' : ` ${flags}`}`
}

/** Reads what `xtables-monitor --trace` prints. A packet begins in raw; it is printed again when it has changed on the way. */
export function readTrace(lines: readonly string[], handles: RuleHandles): TracedPacket[] {
  const packets: Building[] = []
  const open = new Map<string, Building>()
  let header = ''
  let fresh = false
  for (const line of lines) {
    const packet = PACKET.exec(line)
    if (packet) {
      header = packet[2] ?? ''
      fresh = true
      continue
    }
    const step = /TRACE: (?:2|10) (\w+) (\w+):/.exec(line)
    if (!step) continue
    const [, id = '', table = ''] = step
    if (fresh && (table === 'raw' || !open.has(id))) {
      const begun: Building = { id, head: headOf(header), rules: [] }
      packets.push(begun)
      open.set(id, begun)
    }
    fresh = false
    const rule = RULE.exec(line)
    if (rule && !/ -j TRACE\s*$/.test(line)) open.get(id)?.rules.push(ruleOf(rule, handles))
  }
  return packets.map(({ head, rules }) => ({ head, rules }))
}

function ruleOf([, family, place = '', handle = '', verdict = '']: RegExpExecArray, handles: RuleHandles): string {
  return `${place} ${handles.get(handleKey(family === '10' ? '6' : '4', place, handle)) ?? handle} ${verdict === NFT_RETURN ? 'RETURN' : verdict}`
}
