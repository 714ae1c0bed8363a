import type { Connection } from '../world/connection.ts'
import { MAX_ID, parseProto, timeOf } from './connectionOptions.ts'
import { JsonFields } from './jsonFields.ts'
import { UsageError } from './usageError.ts'

const FIELDS: ReadonlySet<string> = new Set(['origin', 'proto', 'src', 'sport', 'dst', 'dport', 'uid', 'gid', 'in', 'mark', 'transparent', 'length', 'at'])

/** A connection as a line of JSON says it; `where` is how messages name that line. */
export function connectionFromJson(value: unknown, where: string): Connection {
  const fields = new JsonFields(value, where, 'a connection', FIELDS)
  const origin = fields.text('origin') ?? 'remote'
  if (origin !== 'local' && origin !== 'remote') throw new UsageError(`${where}: origin is "local" or "remote"`)
  const dst = fields.address('dst')
  if (!dst) throw new UsageError(`${where}: dst is missing`)
  const src = fields.address('src')
  const proto = parseProto(fields.text('proto') ?? 'tcp', `${where}: proto`)
  const dport = fields.number('dport', 65535)
  if (dport === undefined && proto !== 'icmp') throw new UsageError(`${where}: dport is missing`)
  if (src && src.family !== dst.family) throw new UsageError(`${where}: src and dst are of different address families`)
  if (origin === 'remote' && !src) throw new UsageError(`${where}: a remote connection needs src`)
  const uid = fields.number('uid', MAX_ID) ?? 0
  const at = fields.text('at')
  return {
    origin, proto, src, sport: fields.number('sport', 65535) ?? null, dst, dport: dport ?? 0, uid, gid: fields.number('gid', MAX_ID) ?? uid, in: fields.text('in') ?? null,
    mark: fields.number('mark', 0xffffffff) ?? 0, transparent: fields.truth('transparent') ?? false, tcpFlags: null, length: fields.number('length', 65535) ?? null,
    at: at === undefined ? null : timeOf(at, `${where}: at`), ctState: 'NEW',
  }
}
