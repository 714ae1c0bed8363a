import type { RuleState } from '../../host/ruleState.ts'
import type { Ruleset } from '../../netfilter/ruleset.ts'
import { printSave, saveHeading } from '../../ruleset/print.ts'
import type { SaveStyle } from '../../ruleset/print.ts'
import { printListing } from '../../ruleset/printListing.ts'
import type { ListingOptions } from '../../ruleset/printListing.ts'
import { rulesetsJson } from '../../ruleset/rulesetJson.ts'
import { readTranscript } from '../../host/readTranscript.ts'
import { loadRules } from '../loadRules.ts'
import { newRedactor, reportPseudonyms } from '../newRedactor.ts'
import { report } from '../report.ts'
import { UsageError } from '../usageError.ts'

export interface ConvertOptions {
  readonly to: string
  readonly backend: string
  readonly state?: string
  readonly redact?: boolean
}

/** `chainwalk convert`: the same rules in another form; what the input's form had lost is a diagnostic. */
export async function convert(files: readonly string[], { to, backend, state, redact }: ConvertOptions): Promise<void> {
  if (backend !== 'legacy' && backend !== 'nft') throw new UsageError(`--backend takes legacy or nft, not ${JSON.stringify(backend)}`)
  const print = printers(backend)[to]
  if (!print) throw new UsageError(`--to takes save, listing, listing-n or json, not ${JSON.stringify(to)}`)
  const rules = await loadRules(files, { ...(state !== undefined && { state }), assume: {} })
  report(rules.diagnostics)
  const shown = asShown(rules.state)
  process.stdout.write(print(redact === true ? redacted(shown) : shown, styleOf(rules.state)))
}

/** The same rules of nobody: who has the text has no address, name or comment of them. What stands for what goes to standard error. */
function redacted(rulesets: readonly Ruleset[]): readonly Ruleset[] {
  const redactor = newRedactor()
  const all = rulesets.map((ruleset) => redactor.redact(saveHeading(ruleset.family) + printSave(ruleset, 'counters')))
  const { value, diagnostics } = readTranscript([{ name: 'redacted', text: all.map(({ text }) => text).join('') }])
  report(diagnostics)
  reportPseudonyms(redactor)
  return value.states[0]?.rulesets ?? []
}

/** The tables in the order in which the input shows them. */
function asShown({ rulesets, dumps }: RuleState): readonly Ruleset[] {
  return rulesets.map((ruleset) => {
    const order = dumps.filter(({ family }) => family === ruleset.family).map(({ table }) => table.name)
    return { ...ruleset, tables: [...ruleset.tables].sort((x, y) => order.indexOf(x.name) - order.indexOf(y.name)) }
  })
}

/** A save has its rules' counters in it only if it was made with -c. */
const styleOf = ({ rulesets, dumps }: RuleState): SaveStyle =>
  dumps.every(({ origin }) => origin.form !== 'listing') && rulesets.some(({ tables }) => tables.some(({ chains }) => chains.some(({ rules }) => rules.some(({ counters }) => counters)))) ? 'counters' : 'plain'

type Print = (rulesets: readonly Ruleset[], style: SaveStyle) => string

function printers(backend: ListingOptions['backend']): Readonly<Record<string, Print | undefined>> {
  const listing = (style: ListingOptions['style']): Print => (rulesets) => rulesets.map((ruleset) => printListing(ruleset, { style, detail: 'verbose', counters: 'rounded', lines: 'unnumbered', backend })).join('\n')
  return {
    save: (rulesets, style) => rulesets.map((ruleset) => printSave(ruleset, style)).join(''),
    listing: listing('names'),
    'listing-n': listing('numbers'),
    json: (rulesets) => `${JSON.stringify(rulesetsJson(rulesets))}\n`,
  }
}
