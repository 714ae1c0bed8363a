import { istioRules, printable, printSave, readIstioArguments, saveHeading } from '../core.ts'
import type { GenerateAnswer, GenerateAsked } from './protocol.ts'

/** What a terminal shows where there are none. */
export const NO_RULES = 'root@pod:/# iptables-save\nroot@pod:/# exit\n'

/** The rules an Istio makes in a mode, as a text to paste; NONE makes none, and says so as iptables-save would. */
export function generatedText({ version, mode, args: text }: GenerateAsked): GenerateAnswer {
  if (mode === 'NONE') return { text: NO_RULES, notes: [] }
  const args = [...withoutMode(text.trim() === '' ? [] : (readIstioArguments(text).value?.args ?? [])), ...(mode === 'AMBIENT' ? [] : ['-m', mode])]
  const made = ([4, 6] as const).map((family) => istioRules({ version, family, args, ...(mode === 'AMBIENT' && { ambient: {} }) }))
  const texts = made.flatMap(({ value }) => (value && value.ruleset.tables.length > 0 ? [`${saveHeading(value.ruleset.family)}${printSave(value.ruleset, 'plain')}`] : []))
  const notes = made[0]?.diagnostics.map(({ message }) => printable(message)) ?? []
  return { text: texts.length > 0 ? texts.join('') : null, notes }
}

const withoutMode = (args: readonly string[]): readonly string[] => args.filter((arg, i) => arg !== '-m' && args[i - 1] !== '-m')
