import { resolveVersion } from '../../istio/version.ts'
import { parseAddress } from '../../net/address.ts'
import type { Address } from '../../net/address.ts'
import type { Diagnostic } from '../../netfilter/diagnostic.ts'
import type { Connection } from '../../world/connection.ts'
import { connectionFromJson } from '../connectionJson.ts'
import { JsonFields } from '../jsonFields.ts'
import { UsageError } from '../usageError.ts'

/** A dump of a batch, and what its line says beside it. */
export interface BatchedDump {
  readonly text: string
  /** null: what the command line says. */
  readonly connection: Connection | null
  readonly podAddresses: readonly Address[] | null
  readonly istioVersion: string | null
  /** That another release stands for the one named. */
  readonly diagnostics: readonly Diagnostic[]
}

const FIELDS: ReadonlySet<string> = new Set(['name', 'text', 'connection', 'podIp', 'istio'])

/** A dump as a line of JSON says it; `where` is how messages name that line. */
export function dumpFromJson(value: unknown, where: string): BatchedDump {
  const fields = new JsonFields(value, where, 'a dump', FIELDS)
  const text = fields.text('text')
  if (text === undefined) throw new UsageError(`${where}: text is missing`)
  const connection = fields.get('connection')
  return {
    text,
    connection: connection === undefined ? null : connectionFromJson(connection, `${where}: connection`),
    podAddresses: podAddresses(fields.get('podIp'), where),
    ...releaseOf(fields.text('istio'), where),
  }
}

/** The name a line gives its dump, whatever else is wrong with it. */
export function nameIn(value: unknown): string | null {
  const name: unknown = typeof value === 'object' && value !== null && 'name' in value ? value.name : null
  return typeof name === 'string' ? name : null
}

function podAddresses(value: unknown, where: string): readonly Address[] | null {
  if (value === undefined) return null
  const all: readonly unknown[] = Array.isArray(value) ? value : [value]
  return all.map((each) => {
    const address = typeof each === 'string' ? parseAddress(each) : null
    if (!address) throw new UsageError(`${where}: podIp is an IP address or a list of them, not ${JSON.stringify(each)}`)
    return address
  })
}

function releaseOf(text: string | undefined, where: string): Pick<BatchedDump, 'istioVersion' | 'diagnostics'> {
  if (text === undefined) return { istioVersion: null, diagnostics: [] }
  const resolved = resolveVersion(text)
  if (!resolved) throw new UsageError(`${where}: istio: ${JSON.stringify(text)} is no Istio version known here (1.4 and newer, or latest)`)
  return { istioVersion: resolved.name, diagnostics: resolved.note === null ? [] : [{ code: 'istio-version', severity: 'info', message: resolved.note, span: null }] }
}
