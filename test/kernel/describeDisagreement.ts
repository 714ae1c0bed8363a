import type { Disagreement } from './disagreement.ts'
import { restoreText } from './restoreText.ts'

/** Text from which a disagreement can be looked into. */
export function describeDisagreement({ labCase, attempt }: Disagreement, seed: number): string {
  const { connection, run, comparison } = attempt
  const { from, protocol, source, to, port, uid, gid, mark } = connection
  const traced = run.packets?.map(({ head, rules }) => `  ${head}${rules.map((rule) => `\n      ${rule}`).join('')}`).join('\n') ?? '  (no trace)'
  return [
    `--- ${labCase.kind} ${labCase.mode} IPv${labCase.family} ${labCase.backend}, seed ${seed}${labCase.sysctls.length > 0 ? `, ${labCase.sysctls.join(' ')}` : ''}`,
    restoreText(labCase).trim(),
    `connection: from ${from} ${protocol} ${source ?? '-'} -> ${to} port ${port} uid ${uid} gid ${gid} mark ${mark} (source port ${run.sourcePort})`,
    `differences:\n${comparison.differences.map((each) => `  ${each.replaceAll('\n', '\n  ')}`).join('\n')}`,
    `replay: ${JSON.stringify(labCase)}`,
    `kernel: ${run.result} errno ${run.error}; trace:\n${traced}`, '',
  ].join('\n')
}
