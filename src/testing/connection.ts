import { parseAddress } from '../net/address.ts'
import type { Address } from '../net/address.ts'
import type { Connection } from '../world/connection.ts'

/** "10.20.0.78 -> 10.20.0.77:18080": from outside; "uid 1000 -> 9.9.9.9:443": made here. TCP where `given` says nothing else. Throws where it cannot be read. */
export function connection(text: string, given: Partial<Connection> = {}): Connection {
  const [, from = '', host = '', port = ''] = /^(.+?) -> \[?(.+?)\]?:(\d{1,5})$/.exec(text) ?? []
  const uid = /^uid (\d+)$/.exec(from)?.[1]
  return {
    origin: uid === undefined ? 'remote' : 'local', proto: 'tcp', src: uid === undefined ? addressIn(from, text) : null, sport: null, dst: addressIn(host, text), dport: Number(port),
    uid: Number(uid ?? 0), gid: Number(uid ?? 0), in: null, mark: 0, transparent: false, tcpFlags: null, length: null, at: null, ctState: 'NEW', ...given,
  }
}

function addressIn(part: string, text: string): Address {
  const address = parseAddress(part)
  if (!address) throw new Error(`${JSON.stringify(text)} is no connection ("10.20.0.78 -> 10.20.0.77:18080", "uid 1000 -> 9.9.9.9:443")`)
  return address
}
