import { isLoopback, parseAddress, printAddress, sameAddress } from '../../net/address.ts'
import type { Address, Family } from '../../net/address.ts'
import { parsePort } from '../../net/portRange.ts'
import type { Ternary } from '../../netfilter/ternary.ts'
import { maskedIsAddress, maskedMeet, parseMasked } from './maskedAddress.ts'
import type { MaskedAddress } from './maskedAddress.ts'

/** An address, or one of which somebody hid a part. */
export type LoggedHost = Address | MaskedAddress

/** A host and port as Envoy logs them. */
export interface LoggedEndpoint {
  readonly host: LoggedHost
  /** null: hidden, or any (an ephemeral one). */
  readonly port: number | null
}

export const isMasked = (host: LoggedHost): host is MaskedAddress => 'masked' in host

/** Reads "10.0.0.1:80", "[fe80::1]:80", "172.17.X.XXX:80", "tcp://10.0.0.1:80"; null for "-" and what is no IP address (a pipe, "envoy://…"). */
export function parseLoggedEndpoint(text: string | null): LoggedEndpoint | null {
  const found = text === null ? null : /^(?:tcp:\/\/)?(?:\[([^\]]+)\]|([^:]+)):([\dXx*?]{1,6})$/.exec(text)
  if (!found) return null
  const [, bracketed, plain = '', written = ''] = found
  const host = parseLoggedHost(bracketed ?? plain)
  const port = parsePort(written)
  if (!host || (host.family === 6) !== (bracketed !== undefined) || (port === null && /^\d+$/.test(written))) return null
  return { host, port }
}

/** Reads "10.0.0.1", "fe80::1", "120.244.XXX.XXX". */
export const parseLoggedHost = (text: string): LoggedHost | null => parseAddress(text) ?? parseMasked(text)

export const printLoggedHost = (host: LoggedHost): string => (isMasked(host) ? host.masked : printAddress(host))

export function printLoggedEndpoint({ host, port }: LoggedEndpoint): string {
  const text = printLoggedHost(host)
  return `${host.family === 6 ? `[${text}]` : text}:${port ?? '*'}`
}

/** What may stand in an address column: an address, nothing, a pipe, an internal listener of Envoy ("envoy://internal_client_address/"). */
export const isLoggedAddress = (text: string): boolean => text === '-' || /^(?:envoy:\/\/|[/@])/.test(text) || parseLoggedEndpoint(text) !== null

/** The host that may be any of its family. */
export const anyHost = (family: Family): MaskedAddress => ({ family, masked: family === 4 ? '*.*.*.*' : '*::*' })

export const isAnyHost = (host: LoggedHost): boolean => isMasked(host) && host.masked === anyHost(host.family).masked

/** Loopback, and the ::6 that Envoy binds. */
export const isOwnToPod = (host: LoggedHost): boolean => !isMasked(host) && (isLoopback(host) || printAddress(host) === '::6')

/** Whether two logged hosts are one; unknown where a hidden part decides. */
export function sameHost(x: LoggedHost, y: LoggedHost): Ternary {
  if (x.family !== y.family) return false
  if (!isMasked(x) && !isMasked(y)) return sameAddress(x, y)
  if (isMasked(x) && isMasked(y)) return maskedMeet(x, y) ? hidden(x) : false
  const [masked, address] = isMasked(x) ? [x, y] : [y, x]
  return isMasked(masked) && !isMasked(address) && maskedIsAddress(masked, address) ? hidden(masked) : false
}

/** The same with ports; a port that is not told is any. */
export const sameEndpoint = (x: LoggedEndpoint, y: LoggedEndpoint): Ternary =>
  x.port !== null && y.port !== null && x.port !== y.port ? false : sameHost(x.host, y.host)

const hidden = ({ masked }: MaskedAddress): Ternary => ({ code: 'masked-address', message: `parts of ${masked} are hidden`, probability: null, key: null })
