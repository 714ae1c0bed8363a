import type { Ternary } from '../../netfilter/ternary.ts'
import type { MatchExtension, MatchTest } from '../extension.ts'
import type { ListingCursor } from '../listingCursor.ts'
import { bang } from '../negatable.ts'
import type { OptionReader } from '../optionReader.ts'

type Statistic =
  | { readonly mode: 'random'; /** Of 2^31, as the kernel keeps it. */ readonly probability: number; readonly negated: boolean }
  | { readonly mode: 'nth'; readonly every: number; readonly packet: number; readonly negated: boolean }

const ONE = 0x80000000

/** libxt_statistic.c: lround(0x80000000 * probability). */
const readProbability = (text: string): number | null => (/^\d*\.?\d+(e-?\d+)?$/i.test(text) && Number(text) <= 1 ? Math.round(Number(text) * ONE) : null)

const DIGITS = 100_000_000_000n

/** "%.11f" rounds halves to even; toFixed does not. */
function printProbability(probability: number): string {
  const scaled = BigInt(probability) * DIGITS
  const [whole, rest, half] = [scaled / BigInt(ONE), scaled % BigInt(ONE), BigInt(ONE) / 2n]
  const rounded = rest > half || (rest === half && whole % 2n === 1n) ? whole + 1n : whole
  return `${rounded / DIGITS}.${(rounded % DIGITS).toString().padStart(11, '0')}`
}

function parse(options: OptionReader): Statistic {
  const mode = options.take('--mode')
  if (mode && options.word(mode) === 'nth') return parseNth(options)
  const option = options.take('--probability')
  const probability = option && readProbability(options.word(option))
  if (mode && options.word(mode) !== 'random') options.refuse(mode.args[0] ?? mode.flag, '--mode takes random or nth')
  if (option && probability === null) options.refuse(option.args[0] ?? option.flag, '--probability takes a number from 0 to 1')
  return { mode: 'random', probability: probability ?? 0, negated: option?.negated ?? false }
}

function parseNth(options: OptionReader): Statistic {
  const [every, packet] = [options.take('--every'), options.take('--packet')]
  const nth = { every: every ? options.number(every, 0xffffffff) : 1, packet: packet ? options.number(packet, 0xffffffff) : 0 }
  if (every && nth.every === 0) options.refuse(every.args[0] ?? every.flag, '--every takes a number from 1')
  if (packet && nth.packet >= nth.every) options.refuse(packet.args[0] ?? packet.flag, `--packet takes a number from 0 to ${nth.every - 1}`)
  return { mode: 'nth', ...nth, negated: every?.negated ?? false }
}

function parseListing(cursor: ListingCursor): Statistic | null {
  if (cursor.peek() !== 'statistic') return null
  const random = cursor.take(/statistic +mode +random +(! +)?probability +(\S+)/)
  if (random) return { mode: 'random', probability: readProbability(random[2] ?? '') ?? 0, negated: random[1] !== undefined }
  const nth = cursor.take(/statistic +mode +nth +(! +)?every +(\d+)(?: +packet +(\d+))?/)
  return nth && { mode: 'nth', every: Number(nth[2]), packet: Number(nth[3] ?? 0), negated: nth[1] !== undefined }
}

/** xt_statistic.c statistic_mt, XT_STATISTIC_MODE_NTH: the rule's own counter, kept as packets seen. */
const nthTest = (key: string, every: number, packet: number, negated: boolean): MatchTest => (_, context) => {
  const [seen = 0] = context.recall(key) ?? []
  context.remember(key, [(seen + 1) % every])
  return (seen === packet) !== negated
}

function diceTest(probability: number, negated: boolean): MatchTest {
  const chance = (negated ? ONE - probability : probability) / ONE
  const text = `the rule matches by chance, ${printProbability(negated ? ONE - probability : probability)} of the packets`
  const answer: Ternary = chance === 0 ? false : chance === 1 ? true : { code: 'random-match', message: text, probability: chance, key: null }
  return () => answer
}

/** Every nth packet, or a random share of them. */
export const statistic: MatchExtension<Statistic> = {
  name: 'statistic',
  stateful: true,
  options: { '--mode': 1, '--probability': 1, '--every': 1, '--packet': 1 },
  parse,
  print(info) {
    if (info.mode === 'random') return `--mode random ${bang(info)}--probability ${printProbability(info.probability)}`
    return `--mode nth ${bang(info)}--every ${info.every} --packet ${info.packet}`
  },
  parseListing,
  printListing(info) {
    if (info.mode === 'random') return `statistic mode random ${bang(info)}probability ${printProbability(info.probability)}`
    return `statistic mode nth ${bang(info)}every ${info.every}${info.packet === 0 ? '' : ` packet ${info.packet}`}`
  },
  compile(info, site) {
    if (info.mode === 'random') return diceTest(info.probability, info.negated)
    return nthTest(`${site}:nth:${info.every}/${info.packet}`, info.every, info.packet, info.negated)
  },
  seen: () => 'the dice or the counter of the rule said otherwise',
}
