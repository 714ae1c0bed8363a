import { parseAddress, parsePort, printAddress, printEndpoint } from '../core.ts'
import type { Address, Connection } from '../core.ts'

/** The connection as it is typed. */
export interface ConnectionForm {
  readonly proto: string
  /** "10.0.0.1", "10.0.0.1:4242"; may be empty where there is a user. */
  readonly from: string
  readonly to: string
  /** Given: made inside the namespace. */
  readonly uid: string
  readonly gid: string
  readonly mark: string
  readonly podIp: string
  readonly istio: string
}

export const EMPTY_FORM: ConnectionForm = { proto: 'tcp', from: '', to: '', uid: '', gid: '', mark: '', podIp: '', istio: '' }

export const FORM_FIELDS = ['proto', 'from', 'to', 'uid', 'gid', 'mark', 'podIp', 'istio'] as const satisfies readonly (keyof ConnectionForm)[]

export type FormField = (typeof FORM_FIELDS)[number]

export type IssueCode = 'missing' | 'no-address' | 'no-port' | 'no-number' | 'families' | 'no-version'

/** What is wrong with a field; what it holds is not repeated. */
export interface FormIssue {
  readonly field: FormField
  readonly code: IssueCode
}

export interface ReadForm {
  readonly connection: Connection | null
  readonly podAddresses: readonly Address[]
  readonly issues: readonly FormIssue[]
}

/** The connection a form describes, or what is wrong with it. */
export function readForm(form: ConnectionForm): ReadForm {
  const issues: FormIssue[] = []
  const proto = form.proto === 'udp' || form.proto === 'icmp' ? form.proto : 'tcp'
  const number = (field: 'uid' | 'gid' | 'mark', max: number): number | null => {
    const value = numberIn(form[field], max)
    if (value === null && form[field].trim() !== '') issues.push({ field, code: 'no-number' })
    return value
  }
  const [uid, gid, mark] = [number('uid', 0xfffffffe), number('gid', 0xfffffffe), number('mark', 0xffffffff)]
  const to = endpoint(form.to)
  const from = endpoint(form.from)
  const local = form.uid.trim() !== ''
  issues.push(...endIssues('to', form.to, to), ...(local && form.from.trim() === '' ? [] : endIssues('from', form.from, from)))
  if (to.address && to.port === null && proto !== 'icmp') issues.push({ field: 'to', code: 'no-port' })
  if (to.address && from.address && to.address.family !== from.address.family) issues.push({ field: 'from', code: 'families' })
  const podAddresses = form.podIp.split(/[\s,]+/).filter(Boolean).map(parseAddress)
  if (podAddresses.includes(null)) issues.push({ field: 'podIp', code: 'no-address' })
  const connection = issues.length > 0 || !to.address ? null : {
    origin: local ? 'local' : 'remote', proto, src: from.address, sport: from.port, dst: to.address, dport: to.port ?? 0, uid: uid ?? 0, gid: gid ?? uid ?? 0,
    in: null, mark: mark ?? 0, transparent: false, tcpFlags: null, length: null, at: null, ctState: 'NEW',
  } satisfies Connection
  return { connection, podAddresses: podAddresses.filter((each) => each !== null), issues }
}

/** The form that asks about a connection. */
export function formOf({ origin, proto, src, sport, dst, dport, uid, gid, mark }: Connection, { podIp, istio }: Pick<ConnectionForm, 'podIp' | 'istio'>): ConnectionForm {
  const from = src === null ? '' : sport === null ? printAddress(src) : printEndpoint(src, sport)
  const local = origin === 'local'
  return { proto, from, to: proto === 'icmp' ? printAddress(dst) : printEndpoint(dst, dport), uid: local ? `${uid}` : '', gid: local && gid !== uid ? `${gid}` : '', mark: mark === 0 ? '' : `${mark}`, podIp, istio }
}

interface Endpoint {
  readonly address: Address | null
  readonly port: number | null
  readonly badPort: string | null
}

function endpoint(text: string): Endpoint {
  const word = text.trim()
  const [, host = word, port] = /^\[([^\]]*)\](?::(.*))?$/.exec(word) ?? /^([^:]*):([^:]*)$/.exec(word) ?? []
  const number = port === undefined ? null : parsePort(port)
  return { address: parseAddress(host), port: number, badPort: port !== undefined && number === null ? port : null }
}

function endIssues(field: 'from' | 'to', text: string, { address, badPort }: Endpoint): FormIssue[] {
  if (text.trim() === '') return [{ field, code: 'missing' }]
  if (!address) return [{ field, code: 'no-address' }]
  return badPort === null ? [] : [{ field, code: 'no-port' }]
}

function numberIn(text: string, max: number): number | null {
  const word = text.trim()
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(word) ? Number(word) : NaN
  return value <= max ? value : null
}
