import type { Chain, Counters, Rule, Ruleset, Table } from '../netfilter/ruleset.ts'
import { printRule, saveHeading } from './print.ts'

export const RULESET_SCHEMA = 'chainwalk/ruleset@1'

/** Rule sets as `chainwalk/ruleset@1`. Every rule has its `save` text, by which it is read again; the rest is for other programs. */
export const rulesetsJson = (rulesets: readonly Ruleset[]): Record<string, unknown> => ({
  schema: RULESET_SCHEMA,
  rulesets: rulesets.map(({ family, tables }) => ({ family, tables: tables.map(tableJson) })),
})

const tableJson = ({ name, chains }: Table): Record<string, unknown> => ({ name, chains: chains.map(chainJson) })

const chainJson = ({ name, policy, counters, rules }: Chain): Record<string, unknown> => ({ name, policy, counters: counters ?? null, rules: rules.map(ruleJson) })

const ruleJson = (rule: Rule): Record<string, unknown> => ({
  save: printRule(rule), counters: rule.counters ?? null, ip: rule.ip, matches: rule.matches, target: rule.target, line: rule.span?.line ?? null, ...(rule.because && { because: rule.because }),
})

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isFields) : [])

const word = (value: unknown): string => (typeof value === 'string' && /^\S{1,64}$/.test(value) ? value : 'unnamed')

/** The iptables-save text of `chainwalk/ruleset@1`, for the one reader there is; null when the text is something else. */
export function saveTextOfJson(text: string): string | null {
  if (!/^\s*\{/.test(text) || !text.includes(RULESET_SCHEMA)) return null
  const value = parsed(text)
  if (!isFields(value) || value['schema'] !== RULESET_SCHEMA) return null
  return list(value['rulesets']).map(familyText).join('')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function familyText(ruleset: Fields): string {
  return `${saveHeading(ruleset['family'] === 6 ? 6 : 4)}${list(ruleset['tables']).map(tableText).join('')}`
}

function tableText(table: Fields): string {
  const chains = list(table['chains'])
  const heads = chains.map((chain) => `:${word(chain['name'])} ${chain['policy'] === null ? '-' : word(chain['policy'])} ${countersText(chain['counters'])}`)
  const rules = chains.flatMap((chain) => list(chain['rules']).map((rule) => ruleText(word(chain['name']), rule)))
  return `*${word(table['name'])}\n${[...heads, ...rules].map((line) => `${line}\n`).join('')}COMMIT\n`
}

function ruleText(chain: string, { save, counters }: Fields): string {
  const text = typeof save === 'string' ? save.replaceAll('\n', ' ') : ''
  return [counters ? countersText(counters) : '', `-A ${chain}`, text].filter(Boolean).join(' ')
}

function countersText(value: unknown): string {
  const count = (name: keyof Counters): number => (isFields(value) && typeof value[name] === 'number' && Number.isSafeInteger(value[name]) ? value[name] : 0)
  return `[${count('packets')}:${count('bytes')}]`
}
