import { printIp } from '../../extensions/ip.ts'
import { matchExtension } from '../../extensions/registry.ts'
import type { Match, Rule } from '../../netfilter/ruleset.ts'
import { printMatch, printTarget } from '../../ruleset/print.ts'
import { printable } from '../printable.ts'

const ASKS = 48
/** "DNAT --to-destination 255.255.255.255:65535" and no more. */
const TARGET = 44

/** What a rule asks, short enough for a box: iptables' own options without the names of the matches that own them. A comment speaks where nothing else does. */
export function shortAsks({ ip, matches, alternatives }: Rule): string {
  const asked = [...printIp(ip), ...matches.filter((match) => !isRemark(match)).map(shortMatch)]
  const words = asked.length > 0 ? asked : matches.filter(isRemark).map(shortMatch)
  const doubts = [ip.interfaces === 'unshown' ? '(interfaces not shown)' : '', alternatives ? '(or another reading)' : ''].filter(Boolean)
  return shortened([...(words.length > 0 ? words : ['all']), ...doubts].join(' '), ASKS)
}

/** The target as a box names it. */
export function shortTarget({ target }: Rule): string {
  if (!target) return ''
  return shortened(target.kind === 'goto' ? `goto ${target.chain}` : printTarget(target).replace(/^-j /, ''), TARGET)
}

/** Holds for every packet: a note to the reader. */
const isRemark = (match: Match): boolean => !('verbatim' in match) && matchExtension(match.name)?.always === true

function shortMatch(match: Match): string {
  const options = 'verbatim' in match ? '' : (matchExtension(match.name)?.print(match.info) ?? '')
  return options === '' ? printMatch(match) : options
}

/** Text of a dump, safe to show and cut to so many columns. */
export function shortened(text: string, most: number): string {
  const shown = printable(text.replace(/\s+/g, ' '))
  if (columnsOf(shown) <= most) return shown
  const cut: string[] = []
  let width = 1
  for (const character of shown) {
    width += columnsOf(character)
    if (width > most) break
    cut.push(character)
  }
  return `${cut.join('').trimEnd()}…`
}

/** How many columns a fixed-width font needs: letters of East Asian scripts and pictographs take two. */
export function columnsOf(text: string): number {
  let columns = 0
  for (const character of text) columns += (character.codePointAt(0) ?? 0) >= 0x1100 && !NARROW.test(character) ? 2 : 1
  return columns
}

/** General punctuation and arrows, as "…" and "→". */
const NARROW = /[\u1e00-\u2bff]/
