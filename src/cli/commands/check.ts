import { check as checkOne } from '../../analysis/check.ts'
import { readChecks } from '../../analysis/readChecks.ts'
import { checkJunit, checkSarif } from '../../render/checkReports.ts'
import { checkJson, checkText, isFailed } from '../../render/checkText.ts'
import { podAddress } from '../given.ts'
import { readInput } from '../readInput.ts'
import { report } from '../report.ts'
import { ruleSource } from '../ruleSource.ts'
import { UsageError } from '../usageError.ts'
import { VERSION } from '../version.ts'
import { walkerOf } from '../../analysis/walkerOf.ts'

export interface CheckOptions {
  readonly podIp?: readonly string[]
  readonly istio?: string
  readonly format?: string
  readonly json?: boolean
}

const FORMATS = ['text', 'json', 'junit', 'sarif'] as const

/** `chainwalk check SPEC DUMP…`: assertions about connections. Exit 1 where one fails for any dump. */
export async function check(spec: string, files: readonly string[], options: CheckOptions): Promise<number> {
  const format = FORMATS.find((each) => each === (options.json === true ? 'json' : (options.format ?? 'text')))
  if (!format) throw new UsageError(`--format takes ${FORMATS.join(', ')}, not ${JSON.stringify(options.format)}`)
  if (format !== 'text' && files.length > 1) throw new UsageError(`--format ${format} takes one dump`)
  const { name, text } = readInput(spec)
  const { checks, podIps, istio, diagnostics } = readChecks(text, name)
  report(diagnostics)
  if (diagnostics.length > 0) throw new UsageError(`${name}: these assertions cannot be read; mend what is said above`)
  const version = options.istio ?? istio
  let failed = false
  for (const file of files) {
    const source = await ruleSource(file, { podAddresses: [...(options.podIp ?? []), ...podIps].map(podAddress), ...(version !== null && { istio: version }) })
    report(source.diagnostics)
    const walker = walkerOf(source.question)
    const checked = checks.map((each) => checkOne(each, walker))
    failed ||= checked.some(isFailed)
    if (format === 'text') process.stdout.write(`${files.length > 1 ? `${file}:\n` : ''}${checkText(checked)}`)
    else process.stdout.write(format === 'junit' ? checkJunit(checked, name) : `${JSON.stringify(format === 'json' ? checkJson(checked) : checkSarif(checked, name, VERSION))}\n`)
  }
  return failed ? 1 : 0
}
