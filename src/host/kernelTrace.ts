/** One rule a traced packet matched. */
export interface KernelStep {
  readonly table: string
  readonly chain: string
  /** The rule as iptables-save prints it, where the trace tells. */
  readonly rule: string | null
  /** Its number in the chain from 1, where the trace tells (the kernel's log). */
  readonly number: number | null
  readonly verdict: string | null
  /** Line of the trace, from 1. */
  readonly line: number
}

/** A packet as the kernel traced it, from its first chain on. */
export interface KernelPacket {
  readonly in: string | null
  readonly out: string | null
  readonly src: string
  readonly dst: string
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'other'
  readonly sport: number
  readonly dport: number
  readonly flags: string
  /** The IP header's identification, where it is told. */
  readonly id: string | null
  readonly steps: KernelStep[]
  readonly line: number
}

/** Reads what `xtables-monitor --trace` printed, or the lines that legacy TRACE wrote to the kernel's log. */
export function readKernelTrace(text: string): readonly KernelPacket[] {
  const packets: KernelPacket[] = []
  const current = new Map<string, KernelPacket>()
  text.split('\n').forEach((raw, i) => {
    const line = raw.trim()
    if (line.startsWith('PACKET: ')) startPacket(line, i + 1, packets, current)
    else if (/^TRACE: \d+ [0-9a-f]+ /.test(line)) monitorStep(line, i + 1, current)
    else if (/TRACE: \w+:\S+:(?:rule|policy|return):/.test(line)) logStep(line, i + 1, packets, current)
  })
  return packets
}

const field = (text: string, name: string): string | null => new RegExp(`(?:^|\\s)${name}=(\\S*)`).exec(text)?.[1] ?? null

const FLAGS = ['URG', 'SYN', 'ACK', 'PSH', 'RST', 'FIN']

function headOf(text: string, line: number): KernelPacket {
  const flags = FLAGS.filter((flag) => new RegExp(`\\s${flag}(?:\\s|$)`).test(text))
  const named = field(text, 'PROTO')?.toLowerCase() ?? ''
  const protocol = named === 'udp' || named === '17' ? 'udp' : named.startsWith('icmp') ? 'icmp' : flags.length > 0 || named === 'tcp' ? 'tcp' : 'other'
  return {
    in: field(text, 'IN') || null, out: field(text, 'OUT') || null, src: field(text, 'SRC') ?? '', dst: field(text, 'DST') ?? '', protocol,
    sport: Number(field(text, 'SPORT') ?? field(text, 'SPT') ?? 0), dport: Number(field(text, 'DPORT') ?? field(text, 'DPT') ?? 0), flags: flags.join(' '), id: field(text, 'ID'), steps: [], line,
  }
}

/** xtables-monitor repeats the PACKET line for every base chain; one id is one packet until it comes in again (a flow's ids recur). */
function startPacket(line: string, number: number, packets: KernelPacket[], current: Map<string, KernelPacket>): void {
  const id = line.split(/\s+/)[2] ?? ''
  const head = headOf(line, number)
  const known = current.get(id)
  if (known && known.in === head.in && field(line, 'ID') === known.id) return
  current.set(id, head)
  packets.push(head)
}

function monitorStep(line: string, number: number, current: Map<string, KernelPacket>): void {
  const found = /^TRACE: \d+ ([0-9a-f]+) (\w+):([^\s:]+):rule:(0x[0-9a-f]+):(\S+)\s+(?:-[46]\s+-t\s+\S+\s+-A\s+\S+\s*)?(.*)$/.exec(line)
  if (!found) return
  const [, id = '', table = '', chain = '', , verdict = '', rule = ''] = found
  // NFT_RETURN, which iptables 1.8.9 prints as a number.
  current.get(id)?.steps.push({ table, chain, rule, number: null, verdict: verdict === '0xfffffffb' ? 'RETURN' : verdict, line: number })
}

/** "TRACE: nat:PREROUTING:rule:1 IN=eth0 OUT= SRC=… SPT=…": the log tells the packet on every line. */
function logStep(line: string, number: number, packets: KernelPacket[], current: Map<string, KernelPacket>): void {
  const found = /TRACE: (\w+):([^\s:]+):(rule|policy|return):(\d*)/.exec(line)
  if (!found) return
  const [, table = '', chain = '', kind, rule = ''] = found
  const key = `${field(line, 'ID') ?? ''} ${field(line, 'IN') === '' ? 'out' : 'in'}`
  const earlier = current.get(key)
  // raw comes first: a packet that was seen beyond it is another one.
  const known = table === 'raw' && earlier?.steps.some((step) => step.table !== 'raw') ? undefined : earlier
  const packet = known ?? headOf(line, number)
  if (!known) { current.set(key, packet); packets.push(packet) }
  if (kind === 'rule') packet.steps.push({ table, chain, rule: null, number: Number(rule), verdict: null, line: number })
}
