import type { ListingStyle } from './listingCursor.ts'

/** A chunk type and the flags asked of it, capital letters for set ones: "DATA:Be". */
export interface Chunk {
  readonly type: number
  readonly flags: string
}

/** In the order libxt_sctp.c knows them; the flags from the highest bit to the lowest. */
const TYPES: readonly { readonly name: string; readonly type: number; readonly flags: string }[] = [
  { name: 'DATA', type: 0, flags: 'IUBE' },
  { name: 'INIT', type: 1, flags: '' },
  { name: 'INIT_ACK', type: 2, flags: '' },
  { name: 'SACK', type: 3, flags: '' },
  { name: 'HEARTBEAT', type: 4, flags: '' },
  { name: 'HEARTBEAT_ACK', type: 5, flags: '' },
  { name: 'ABORT', type: 6, flags: 'T' },
  { name: 'SHUTDOWN', type: 7, flags: '' },
  { name: 'SHUTDOWN_ACK', type: 8, flags: '' },
  { name: 'ERROR', type: 9, flags: '' },
  { name: 'COOKIE_ECHO', type: 10, flags: '' },
  { name: 'COOKIE_ACK', type: 11, flags: '' },
  { name: 'ECN_ECNE', type: 12, flags: '' },
  { name: 'ECN_CWR', type: 13, flags: '' },
  { name: 'SHUTDOWN_COMPLETE', type: 14, flags: 'T' },
  { name: 'I_DATA', type: 64, flags: 'IUBE' },
  { name: 'RE_CONFIG', type: 130, flags: '' },
  { name: 'PAD', type: 132, flags: '' },
  { name: 'ASCONF', type: 193, flags: '' },
  { name: 'ASCONF_ACK', type: 128, flags: '' },
  { name: 'FORWARD_TSN', type: 192, flags: '' },
  { name: 'I_FORWARD_TSN', type: 194, flags: '' },
]

function readChunk(text: string): Chunk | null {
  const [name = '', flags = ''] = text.split(':')
  const number = name.startsWith('0x') ? parseInt(name, 16) : -1
  const known = TYPES.find((each) => each.name === name.toUpperCase() || each.type === number)
  if (!known || ![...flags].every((flag) => known.flags.includes(flag.toUpperCase()))) return null
  return { type: known.type, flags: [...known.flags].map((flag) => [...flags].find((given) => given.toUpperCase() === flag) ?? '').join('') }
}

/** Reads "DATA:Be,INIT", "0x0000,0x0001", "ALL", "NONE"; null when a type is unknown. By number, as the kernel keeps them. */
export function readChunks(text: string): readonly Chunk[] | 'ALL' | 'NONE' | null {
  const word = text.toUpperCase()
  if (word === 'ALL' || word === 'NONE') return word
  const chunks = text.split(',').map(readChunk)
  const known = chunks.filter((chunk): chunk is Chunk => chunk !== null)
  return known.length === chunks.length ? [...known].sort((x, y) => x.type - y.type) : null
}

export function printChunks(chunks: readonly Chunk[] | 'ALL' | 'NONE', style: ListingStyle): string {
  if (typeof chunks === 'string') return chunks
  const name = (type: number): string => (style === 'names' ? (TYPES.find((each) => each.type === type)?.name ?? '') : `0x${type.toString(16).toUpperCase().padStart(4, '0')}`)
  return chunks.map(({ type, flags }) => (flags === '' ? name(type) : `${name(type)}:${flags}`)).join(',')
}
