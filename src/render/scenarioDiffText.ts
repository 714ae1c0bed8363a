import type { ScenarioDifferences } from '../analysis/scenarioDifferences.ts'
import { diffText } from './diffText.ts'
import { printable } from './printable.ts'
import { diffJson } from './regionJson.ts'

/** What becomes of each scenario's own connection, a line for each way. */
export interface ScenarioAnswers {
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/** The connections the two are about, then host by host what fares differently. */
export function scenarioDiffText({ hosts, onlyBefore, onlyAfter }: ScenarioDifferences, { before, after }: ScenarioAnswers): string {
  const same = before.join('\n') === after.join('\n')
  const own = same ? ['the connection fares alike:', ...before.map((line) => `  ${line}`)] : ['the connection fares differently:', ...before.map((line) => `  was: ${line}`), ...after.map((line) => `  now: ${line}`)]
  const gone = [...onlyBefore.map((host) => `${printable(host)} is gone`), ...onlyAfter.map((host) => `${printable(host)} is new`)]
  const differing = hosts.map(({ host, ...differences }) => `\n${printable(host)}: ${diffText(differences, [])}`)
  return `${[...own, ...gone, ...(hosts.length === 0 ? ['on each host by itself every connection fares alike'] : differing)].join('\n').trimEnd()}\n`
}

/** chainwalk/diff@1, each difference with its host. */
export function scenarioDiffJson({ hosts, onlyBefore, onlyAfter }: ScenarioDifferences, connection: ScenarioAnswers): unknown {
  const each = hosts.map(({ host, ...differences }) => ({ host, ...diffJson(differences, []) }))
  return {
    schema: 'chainwalk/diff@1', equivalent: hosts.length + onlyBefore.length + onlyAfter.length === 0 && connection.before.join('\n') === connection.after.join('\n'), connection, onlyBefore, onlyAfter,
    differences: each.flatMap(({ host, differences }) => differences.map((difference) => ({ host, ...difference }))), inexact: [...new Set(hosts.flatMap(({ inexact }) => inexact))], assumptions: [],
  }
}
