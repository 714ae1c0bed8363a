import type { AccessLogFields } from '../proxy/accessLog/accessLogEntry.ts'
import { forwardedFor } from '../proxy/accessLog/forwardedFor.ts'
import { hints } from '../proxy/accessLog/hints.ts'
import type { Reading } from '../proxy/accessLog/reading.ts'
import { responseFlags } from '../proxy/accessLog/responseFlags.ts'
import { sightings } from '../proxy/accessLog/sightings.ts'
import type { Sighting } from '../proxy/accessLog/sightings.ts'
import type { ExplainedLine } from '../world/explainLog.ts'
import type { ReadingAgainstRules, RuleCheck } from '../world/readingAgainstRules.ts'
import { printable } from './printable.ts'

/** What `chainwalk explain-log` prints: a paragraph for each line of the log, the answer first. */
export const logText = (lines: readonly ExplainedLine[]): string => lines.map((line) => `${paragraph(line).map(printable).join('\n')}\n`).join('\n')

function paragraph(line: ExplainedLine): string[] {
  const { entry: { fields, span }, readings, toldApartBy, remarks } = line
  return [
    `${span.file}:${span.line}  ${request(fields)}: ${answer(fields, readings)}`,
    ...indented([
      ...oneLine(together(readings.map((reading) => sightings(fields, reading).map(sightingText)))),
      ...oneLine(flagLines(fields)),
      ...oneLine(together(readings.map((reading) => [...hints(fields, reading), ...forwardedFor(fields, reading)]))),
      ...conditionLines(readings),
      ...remarks.map((each) => `Strange: ${each}.`),
      ...toldApartBy.map((each) => `To be certain: ${each}.`),
      ...ruleLines(line),
    ]),
  ]
}

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`)

const oneLine = (sentences: readonly string[]): string[] => (sentences.length === 0 ? [] : [sentences.join(' ')])

/** What all readings say, then what only some say. */
function together(groups: readonly (readonly string[])[]): string[] {
  const all = [...new Set(groups.flat())]
  return all.map((each) => `${each.charAt(0).toUpperCase()}${each.slice(1)}${groups.every((group) => group.includes(each)) ? '' : ', if it is so'}.`)
}

const request = ({ method, path, response_code: code, protocol, bytes_received: received, bytes_sent: sent }: AccessLogFields): string =>
  protocol === null ? `TCP, ${received ?? '?'} bytes in, ${sent ?? '?'} out` : `${method ?? '-'} ${path ?? '-'} ${code ?? '-'}`

function answer(fields: AccessLogFields, readings: readonly Reading[]): string {
  if (readings.length === 0) return 'not known'
  return readings.map((reading) => [name(reading), ...ends(fields, reading)].join(' · ')).join('; or ')
}

const NAMES: Readonly<Record<Reading['direction'], string>> = { inbound: 'Envoy inbound', outbound: 'Envoy outbound', gateway: 'gateway', waypoint: 'waypoint' }

const DESTINATIONS: Readonly<Record<Reading['destination'], string | null>> = {
  service: null, passthrough: 'a destination of no Service', blackhole: 'BlackHoleCluster', 'block-all': 'block_all', none: 'no cluster chosen',
}

const FITS: Readonly<Record<Reading['fit'], string>> = { agrees: '', 'may be': 'perhaps ', differs: 'most like ' }

function name({ direction, destination, mode, fit }: Reading): string {
  return `${FITS[fit]}${[NAMES[direction], mode, DESTINATIONS[destination]].filter((each) => each !== null).join(', ')}`
}

function ends(fields: AccessLogFields, reading: Reading): string[] {
  const { downstream_local_address: local } = fields
  const seen = sightings(fields, reading).find(({ who }) => who !== 'envoy')
  return [
    ...(local === null ? [] : [reading.direction === 'gateway' ? `its own port ${local}` : `original destination ${local}`]),
    seen ? `${seen.who === 'app' ? 'app' : (seen.at ?? 'upstream')} sees ${seen.saw}` : 'nobody was dialled',
  ]
}

function sightingText({ who, at, saw, because }: Sighting): string {
  const subject = who === 'envoy' ? 'Envoy' : `the ${who}${at === null ? '' : ` at ${at}`}`
  return `${subject} ${saw.endsWith(':0') ? `took ${saw} for the client` : `saw ${saw}`} (${because})`
}

const flagLines = ({ response_flags: flags }: AccessLogFields): string[] => responseFlags(flags).map(({ flag, meaning }) => `${flag}: ${meaning ?? 'a flag Envoy\'s documentation does not have'}.`)

const conditionLines = (readings: readonly Reading[]): string[] =>
  readings.filter(({ conditions }) => conditions.length > 0).map((reading) => `${readings.length > 1 ? `${name(reading)}: ` : 'So it is '}${reading.conditions.map((each) => (each.startsWith('Istio') && readings.length === 1 ? `with ${each}` : each)).join(', or ')}.`)

function ruleLines({ rules }: ExplainedLine): string[] {
  if (!rules) return []
  const { verdict, readings } = rules
  const told = readings.filter((held) => verdict !== 'agrees' || held.verdict === 'agrees')
  const several = readings.length > 1
  if (told.length === 0) return ['Not held against the rules: it is not known what it says.']
  return told.flatMap((held) => [`${several ? `${name(held.reading)}: ` : ''}${verdictText(held)}`, ...assumed(held)])
}

function verdictText({ verdict, checks, problem }: ReadingAgainstRules): string {
  const wrong = checks.filter(({ holds }) => holds === false)
  if (verdict === 'agrees') return `The rules agree: ${checks.map(agreeing).join('; ')}.`
  if (verdict === 'contradicts') return `The rules contradict it: ${wrong.map(differing).join('; ')}.`
  if (problem !== null) return `The rules do not decide: ${problem}.`
  return `The rules do not decide: ${checks.filter(({ holds }) => holds !== true).map(differing).join('; ') || 'there are more ways than can be followed'}.`
}

const agreeing = ({ what, rules, place }: RuleCheck): string => `${what === 'captured' ? rules : `${what} ${rules}`}${what === 'captured' ? placeText(place) : ''}`

const differing = ({ what, logged, rules, place }: RuleCheck): string => `${what}: the line has ${logged}, the rules ${rules}${placeText(place)}`

const placeText = (place: RuleCheck['place']): string =>
  (place ? ` (${place.table} ${place.chain} rule ${place.number}${place.rule.span ? ` [${place.rule.span.file}:${place.rule.span.line}]` : ''})` : '')

const assumed = ({ assumptions }: ReadingAgainstRules): string[] => (assumptions.length === 0 ? [] : [`Assumed: ${assumptions.map(({ code }) => code).join(', ')}.`])
