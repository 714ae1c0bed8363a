import { parse } from 'yaml'
import { at, isObject, toPlain } from '../reading/plain.ts'
import type { Plain } from '../reading/plain.ts'

type Annotations = Readonly<Record<string, string>>

/** What proxy.istio.io/config says; it is YAML or JSON. Undefined when it cannot be read. */
export function proxyConfig(annotations: Annotations): Plain | undefined {
  try {
    return toPlain(parse(annotations['proxy.istio.io/config'] ?? '', { schema: 'failsafe', logLevel: 'silent' }))
  } catch {
    return undefined
  }
}

/** The variables the proxy and the init container get. */
export function metadataOf(config: Plain | undefined): Record<string, string> {
  const metadata = at(config, 'proxyMetadata')
  if (!isObject(metadata)) return {}
  return Object.fromEntries(Object.entries(metadata).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))
}
