import { printSave, Redactor, saveHeading } from '../core.ts'
import type { ConnectionForm } from './connectionForm.ts'
import { NO_RULES } from './generatedText.ts'
import type { RedactAnswer } from './protocol.ts'
import type { LoadedSide } from './readSide.ts'

/** The rules of sides with other addresses, names and comments, and the connection told alike. What stands for what stays here and is gone with the page. */
export function redactedSides(sides: readonly LoadedSide[], form: ConnectionForm): RedactAnswer {
  const redactor = new Redactor(secretBit())
  const texts = sides.map((side) => textOf(side, redactor))
  const told: ConnectionForm = { ...form, from: redactor.retell(form.from), to: redactor.retell(form.to), podIp: redactor.retell(form.podIp) }
  return { texts, form: told, replaced: redactor.pseudonyms.filter(({ from, to }) => from !== to).length, unsure: redactor.unsure }
}

function textOf({ state, files }: LoadedSide, redactor: Redactor): string {
  const rulesets = state?.rulesets ?? []
  if (rulesets.length === 0) return files.length > 0 && state !== null ? NO_RULES : ''
  return rulesets.map((ruleset) => redactor.redact(`${saveHeading(ruleset.family)}${printSave(ruleset, 'counters')}`).text).join('')
}

/** A coin for each text, thrown once and remembered: nobody can throw it again. */
function secretBit(): (text: string) => 0 | 1 {
  const thrown = new Map<string, 0 | 1>()
  return (text) => {
    const bit = thrown.get(text) ?? ((crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) & 1 ? 1 : 0)
    thrown.set(text, bit)
    return bit
  }
}
