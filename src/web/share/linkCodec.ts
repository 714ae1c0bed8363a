import { readLinkState } from './linkState.ts'
import type { LinkState } from './linkState.ts'

/** Of the form of what is behind it; another one has another number. */
const PREFIX = '#1.'

/** A link that unpacks to more is not opened. */
export const MOST_INFLATED = 8_000_000

export type OpenedLink = { readonly kind: 'state'; readonly state: LinkState } | { readonly kind: 'refused'; readonly why: 'corrupt' | 'too-large' | 'version' }

/** The state of the page as the fragment of its address: JSON, deflated, in base64url. */
export async function linkOf(state: LinkState): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(state))
  return `${PREFIX}${toBase64Url(await collected(new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw')), Infinity))}`
}

/** What a fragment holds; null: nothing is behind the #. Whatever it is, no more than a bounded amount is unpacked. */
export async function openLink(fragment: string): Promise<OpenedLink | null> {
  if (fragment === '' || fragment === '#') return null
  if (!fragment.startsWith(PREFIX)) return refused(/^#\d+\./.test(fragment) ? 'version' : 'corrupt')
  const packed = fromBase64Url(fragment.slice(PREFIX.length))
  if (!packed) return refused('corrupt')
  try {
    const bytes = await collected(new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw')), MOST_INFLATED)
    const state = readLinkState(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
    return state ? { kind: 'state', state } : refused('corrupt')
  } catch (error) {
    return refused(error instanceof RangeError ? 'too-large' : 'corrupt')
  }
}

const refused = (why: 'corrupt' | 'too-large' | 'version'): OpenedLink => ({ kind: 'refused', why })

/** The bytes of a stream; a RangeError as soon as there are more than allowed. */
async function collected(stream: ReadableStream<Uint8Array<ArrayBuffer>>, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader()
  const parts: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length
    if (size > most) {
      void reader.cancel()
      throw new RangeError('too large')
    }
    parts.push(next.value)
  }
  const all = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

const PIECE = 32_768

function toBase64Url(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE))
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[\w-]+$/.test(text)) return null
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0))
  } catch {
    return null
  }
}
