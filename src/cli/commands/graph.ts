import { mermaid } from '../../render/mermaid.ts'
import { loadRules } from '../loadRules.ts'
import { report } from '../report.ts'
import { UsageError } from '../usageError.ts'

export interface GraphOptions {
  readonly state?: string
  readonly format: string
}

/** `chainwalk graph`: which chain jumps to which. */
export async function graph(files: readonly string[], { state, format }: GraphOptions): Promise<void> {
  if (format !== 'mermaid') throw new UsageError(`--format takes mermaid, not ${JSON.stringify(format)}`)
  const rules = await loadRules(files, { ...(state !== undefined && { state }), assume: {} })
  report(rules.diagnostics)
  process.stdout.write(mermaid(rules.state.rulesets))
}
