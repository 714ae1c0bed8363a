import { readTranscript } from '../../src/host/readTranscript.ts'
import type { Transcript } from '../../src/host/readTranscript.ts'
import { printEndpoint } from '../../src/net/address.ts'
import { printPrefix } from '../../src/net/prefix.ts'
import type { Read } from '../../src/netfilter/diagnostic.ts'
import type { PolicyRule, Route } from '../../src/host/netns.ts'
import type { ListeningSocket } from '../../src/host/listeningSocket.ts'

/** Each text is a file: a, b, c, … */
export const read = (...texts: readonly string[]): Read<Transcript> =>
  readTranscript(texts.map((text, i) => ({ name: String.fromCharCode(97 + i), text })))

/** "4 nat a:1-9" for every table of every state. */
export const states = ({ value }: Read<Transcript>): string[][] =>
  value.states.map(({ dumps }) => dumps.map(({ family, table, origin }) => `${family} ${table.name} ${origin.file}:${origin.firstLine}-${origin.lastLine}`))

export const codes = ({ diagnostics }: Read<Transcript>): string[] => diagnostics.map(({ code }) => code)

export const route = ({ type, destination, via, device, source, table, metric }: Route): string =>
  [type, printPrefix(destination), via && `via ${printEndpoint(via, 0)}`, device, source && `src ${printEndpoint(source, 0)}`, table, metric].filter((each) => each !== null).join(' ')

export const socket = ({ protocol, address, port, uid, gid, process, pid }: ListeningSocket): string =>
  `${protocol === 6 ? 'tcp' : 'udp'} ${printEndpoint(address, port)} ${uid ?? '?'}:${gid ?? '?'} ${process ?? '?'} ${pid ?? '?'}`

export const policyRule = ({ priority, negated, from, to, mark, in: input, out, uids, action }: PolicyRule): string =>
  [priority, negated && 'not', from && `from ${printPrefix(from)}`, to && `to ${printPrefix(to)}`, mark && `mark ${mark.value}/${mark.mask}`, input && `iif ${input}`, out && `oif ${out}`, uids && `uid ${uids.first}-${uids.last}`, action.kind === 'lookup' ? `lookup ${action.table}` : action.kind]
    .filter((each) => each !== null && each !== false).join(' ')
