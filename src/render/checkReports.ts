import type { Checked } from '../analysis/check.ts'
import { isFailed, whyNot } from './checkText.ts'

const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[letter] ?? letter).replace(/[^\P{Cc}\n\t]/gu, '')

/** JUnit's XML, as CI systems read it. */
export function checkJunit(checked: readonly Checked[], file: string): string {
  const cases = checked.map((each) => {
    const head = `<testcase classname="${escaped(file)}" name="${escaped(each.check.name)}"`
    const lines = whyNot(each)
    return isFailed(each) ? `  ${head}><failure message="${escaped(lines[0] ?? '')}">${escaped(lines.join('\n'))}</failure></testcase>` : `  ${head}/>`
  })
  return ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuite name="chainwalk check" tests="${checked.length}" failures="${checked.filter(isFailed).length}">`, ...cases, '</testsuite>', ''].join('\n')
}

/** SARIF 2.1.0: what fails, where it stands in the file of assertions. */
export const checkSarif = (checked: readonly Checked[], file: string, version: string): unknown => ({
  $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0',
  runs: [{
    tool: { driver: { name: 'chainwalk', version, rules: [{ id: 'check', shortDescription: { text: 'an assertion about connections does not hold' } }] } },
    results: checked.filter(isFailed).map((each) => ({ ruleId: 'check', level: 'error', message: { text: `${each.check.name}: ${whyNot(each).join('\n')}` }, locations: [{ physicalLocation: { artifactLocation: { uri: file }, region: { startLine: each.check.line } } }] })),
  }],
})
