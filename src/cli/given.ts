import { resolveVersion } from '../istio/version.ts'
import { parseAddress } from '../net/address.ts'
import type { Address } from '../net/address.ts'
import { UsageError } from './usageError.ts'

/** What --pod-ip says. */
export function podAddress(text: string): Address {
  const address = parseAddress(text)
  if (!address) throw new UsageError(`--pod-ip: ${JSON.stringify(text)} is no IP address`)
  return address
}

/** What --istio says; that another release stands for it is told. */
export function istioVersion(text: string | undefined): string | null {
  if (text === undefined) return null
  const resolved = resolveVersion(text)
  if (!resolved) throw new UsageError(`--istio: ${JSON.stringify(text)} is no Istio version known here (1.4 and newer, or latest)`)
  if (resolved.note) process.stderr.write(`info ${resolved.note} [istio-version]\n`)
  return resolved.name
}
