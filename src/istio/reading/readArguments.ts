import type { Read } from '../../netfilter/diagnostic.ts'

/** How the arguments were written. */
export type ArgumentForm = 'shell' | 'json' | 'yaml' | 'describe' | 'log'

/** What a text says of a run of istio-iptables; absent: it does not say. */
export interface ReadArguments {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly form: ArgumentForm
  /** Annotations of the pod that came with the arguments. */
  readonly annotations?: Readonly<Record<string, string>>
  readonly podIps?: readonly string[]
  readonly nameservers?: readonly string[]
  /** iptables-restore text the run logged. */
  readonly restoreText?: string
}

export type ArgumentsRead = Read<ReadArguments | null>

export const nothingRead = (code: string, message: string): ArgumentsRead => ({ value: null, diagnostics: [{ code, severity: 'error', message, span: null }] })
