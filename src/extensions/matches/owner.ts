import type { Option } from '../../../grammar/ast.ts'
import type { Negatable } from '../../netfilter/ruleset.ts'
import { and, not } from '../../netfilter/ternary.ts'
import type { Ternary, Unknown } from '../../netfilter/ternary.ts'
import type { MatchExtension } from '../extension.ts'
import type { ListingCursor } from '../listingCursor.ts'
import { UNLISTED } from '../unlistedValue.ts'
import { parseNumber } from '../optionReader.ts'
import type { OptionReader } from '../optionReader.ts'

/** Ids from first to last; or a name that /etc/passwd or /etc/group of the dump's machine would resolve. */
type Ids = { readonly first: number; readonly last: number } | { readonly name: string }

interface Owner {
  readonly uid?: Negatable<Ids>
  readonly gid?: Negatable<Ids>
  readonly socketExists?: Negatable<true>
  readonly supplementary?: true
}

const MAX_ID = 0xfffffffe

/** Names that have one number everywhere (Linux Standard Base; Istio's own image for istio-proxy). */
const KNOWN_NAMES = new Map([['root', 0], ['istio-proxy', 1337]])

function readIds(text: string): Ids {
  const [first = '', last = first] = text.split('-')
  const from = parseNumber(first)
  const to = parseNumber(last)
  if (from !== null && to !== null && from <= MAX_ID && to <= MAX_ID) return { first: from, last: to }
  const known = KNOWN_NAMES.get(text)
  return known === undefined ? { name: text } : { first: known, last: known }
}

const parsedIds = (options: OptionReader, option: Option): Negatable<Ids> => ({ value: readIds(options.word(option)), negated: option.negated })

const printIds = (ids: Ids): string => ('name' in ids ? ids.name : ids.first === ids.last ? `${ids.first}` : `${ids.first}-${ids.last}`)

function listedIds(cursor: ListingCursor, what: 'UID' | 'GID'): Negatable<Ids> | null {
  const at = cursor.position
  const negated = cursor.skip('!')
  if (cursor.skip('owner', what, 'match')) {
    const text = cursor.next()
    if (text !== null) return { value: readIds(text), negated }
  }
  cursor.position = at
  return null
}

function listedExistence(cursor: ListingCursor): Negatable<true> | null {
  if (cursor.skip('owner', 'socket', 'exists')) return { value: true, negated: false }
  return cursor.skip('!', 'owner', 'socket', 'exists') ? { value: true, negated: true } : null
}

const nameUnknown = (what: string, name: string): Unknown => ({
  code: 'unresolved-name',
  message: `the number of ${what} ${JSON.stringify(name)} is not known here`,
  probability: null,
  key: `${what}:${name}`,
})

const OWNER_DOUBT: Unknown = {
  code: 'kernel-release',
  message: 'whether a reset belongs to the socket it is sent for depends on the kernel: it does since Linux 6.13 (add the output of `uname -r`)',
  probability: null,
  key: null,
}

/** Any id, where the machine that printed it had a name for it. */
const unnamed = (ids: Negatable<Ids> | undefined): Negatable<Ids> | null => (ids && 'name' in ids.value ? { value: { name: UNLISTED }, negated: ids.negated } : null)

const BANG = (value: Negatable<unknown>): string => (value.negated ? '! ' : '')

/** xt_owner: who opened the sending socket. */
export const owner: MatchExtension<Owner> = {
  name: 'owner',
  options: { '--uid-owner': 1, '--gid-owner': 1, '--socket-exists': 0, '--suppl-groups': 0 },
  parse(options) {
    const uid = options.take('--uid-owner')
    const gid = options.take('--gid-owner')
    const exists = options.take('--socket-exists')
    return {
      ...(exists && { socketExists: { value: true, negated: exists.negated } }),
      ...(uid && { uid: parsedIds(options, uid) }),
      ...(gid && { gid: parsedIds(options, gid) }),
      ...(options.has('--suppl-groups') && { supplementary: true }),
    }
  },
  print({ uid, gid, socketExists, supplementary }) {
    const parts: string[] = []
    if (socketExists) parts.push(`${BANG(socketExists)}--socket-exists`)
    if (uid) parts.push(`${BANG(uid)}--uid-owner ${printIds(uid.value)}`)
    if (gid) parts.push(`${BANG(gid)}--gid-owner ${printIds(gid.value)}`)
    if (supplementary) parts.push('--suppl-groups')
    return parts.join(' ')
  },
  parseListing(cursor) {
    const socketExists = listedExistence(cursor)
    const uid = listedIds(cursor, 'UID')
    const gid = listedIds(cursor, 'GID')
    if (!socketExists && !uid && !gid) return null
    const supplementary = cursor.skip('incl.', 'suppl.', 'groups')
    return { ...(socketExists && { socketExists }), ...(uid && { uid }), ...(gid && { gid }), ...(supplementary && { supplementary }) }
  },
  printListing({ uid, gid, socketExists, supplementary }, style) {
    const id = (ids: Ids): string => (style === 'names' && printIds(ids) === '0' ? 'root' : printIds(ids))
    const parts: string[] = []
    if (socketExists) parts.push(`${BANG(socketExists)}owner socket exists`)
    if (uid) parts.push(`${BANG(uid)}owner UID match ${id(uid.value)}`)
    if (gid) parts.push(`${BANG(gid)}owner GID match ${id(gid.value)}`)
    if (supplementary) parts.push('incl. suppl. groups')
    return parts.join(' ')
  },
  unlisted({ uid, gid, ...info }) {
    const [anyUid, anyGid] = [unnamed(uid), unnamed(gid)]
    return anyUid || anyGid ? [{ ...info, ...(uid && { uid: anyUid ?? uid }), ...(gid && { gid: anyGid ?? gid }) }] : []
  },
  compile({ uid, gid, socketExists }) {
    const everyTestInverted = [uid, gid, socketExists].every((test) => test === undefined || test.negated)
    const idTestsInverted = [uid, gid].every((test) => test === undefined || test.negated)
    return ({ owner: sender }) => {
      // xt_owner.c owner_mt: no socket at all matches only if every test is inverted; one without a file ignores --socket-exists.
      if (sender === null) return everyTestInverted
      if (socketExists?.negated) return false
      if (sender.kind === 'kernel') return idTestsInverted
      const asFile = and(tested(uid, sender.uid, 'user'), tested(gid, sender.gid, 'group'))
      return sender.kind === 'doubtful' && asFile !== idTestsInverted ? OWNER_DOUBT : asFile
    }
  },
  region: ({ uid, gid }) => ([['uid', uid], ['gid', gid]] as const).flatMap(([of, ids]) => (ids && !('name' in ids.value) ? [{ of, ...ids.value }] : [])),
  seen: ({ owner: sender }) => (sender === null ? 'no sending socket' : sender.kind === 'kernel' ? 'a socket of the kernel' : `${sender.kind === 'doubtful' ? 'a socket of the kernel, or ' : ''}uid ${sender.uid}, gid ${sender.gid}`),
}


function tested(ids: Negatable<Ids> | undefined, id: number, what: string): Ternary {
  if (!ids) return true
  if ('name' in ids.value) {
    const doubt = nameUnknown(what, ids.value.name)
    return ids.negated ? not(doubt) : doubt
  }
  return (id >= ids.value.first && id <= ids.value.last) !== ids.negated
}
