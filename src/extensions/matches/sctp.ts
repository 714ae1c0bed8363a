import { Protocol } from '../../net/protocol.ts'
import type { Negatable } from '../../netfilter/ruleset.ts'
import { and, not } from '../../netfilter/ternary.ts'
import type { MatchExtension } from '../extension.ts'
import type { ListingCursor } from '../listingCursor.ts'
import { bang } from '../negatable.ts'
import { exactPorts, listPorts, parseListedPorts, parsePorts, portTest, PORT_OPTIONS, withEveryPort } from '../ports.ts'
import type { PortPair } from '../ports.ts'
import { printChunks, readChunks } from '../sctpChunks.ts'
import type { Chunk } from '../sctpChunks.ts'
import type { OptionReader } from '../optionReader.ts'
import { unmodelled } from '../unmodelled.ts'

interface Chunks {
  readonly match: 'any' | 'all' | 'only'
  /** ALL: every chunk type. */
  readonly types: readonly Chunk[] | 'ALL' | 'NONE'
}

interface Sctp extends PortPair {
  readonly chunks?: Negatable<Chunks>
}

const MATCHES = ['any', 'all', 'only'] as const

function readChunkTest(match: string | undefined, types: string | undefined): Chunks | null {
  const found = MATCHES.find((each) => each === match)
  const chunks = types === undefined ? null : readChunks(types)
  return found && chunks ? { match: found, types: chunks } : null
}

function parse(options: OptionReader): Sctp {
  const option = options.take('--chunk-types')
  const value = option && readChunkTest(option.args[0]?.text, option.args[1]?.text)
  if (option && !value) options.refuse(option.args[0] ?? option.flag, '--chunk-types takes any, all or only, and a list of chunk types')
  return { ...parsePorts(options), ...(option && value && { chunks: { value, negated: option.negated } }) }
}

function listedChunks(cursor: ListingCursor): Negatable<Chunks> | null {
  const ahead = cursor.peek() === '!' ? 1 : 0
  const value = readChunkTest(cursor.peek(ahead) ?? undefined, cursor.peek(ahead + 1) ?? undefined)
  if (value) cursor.position += ahead + 2
  return value && { value, negated: ahead === 1 }
}

/** xt_sctp.c sctp_mt: ports and chunk types. */
export const sctp: MatchExtension<Sctp> = {
  name: 'sctp',
  options: { ...PORT_OPTIONS, '--chunk-types': 2 },
  impliedBy: [Protocol.sctp],
  parse,
  print({ chunks, ...ports }) {
    const parts = exactPorts(ports)
    if (chunks) parts.push(`${bang(chunks)}--chunk-types ${chunks.value.match} ${printChunks(chunks.value.types, 'names')}`)
    return parts.join(' ')
  },
  unlisted: withEveryPort,
  parseListing(cursor) {
    if (!cursor.skip('sctp')) return null
    const ports = parseListedPorts(cursor, 'sctp')
    const chunks = listedChunks(cursor)
    return { ...ports, ...(chunks && { chunks }) }
  },
  printListing({ chunks, ...ports }, style) {
    const parts = ['sctp', ...listPorts(ports, 'sctp', style)]
    if (chunks) parts.push(`${bang(chunks)}${chunks.value.match} ${printChunks(chunks.value.types, style)}`)
    return parts.join(' ')
  },
  compile({ sport, dport, chunks }) {
    const [source, destination] = [portTest(sport), portTest(dport)]
    const doubt = unmodelled('sctp', 'which chunks the packet holds', null)
    const chunkTest = !chunks || (chunks.negated ? not(doubt) : doubt)
    return (skb) => and(skb.protocol === Protocol.sctp && source(skb.sport) && destination(skb.dport), chunkTest)
  },
  seen: (skb) => `source port ${skb.sport}, destination port ${skb.dport}`,
}
