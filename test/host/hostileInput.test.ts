import { describe, expect, it } from 'vitest'
import { readTranscript } from '../../src/host/readTranscript.ts'

const LINES = 30_000
const RULE = '-A OUTPUT -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 15001'
const HEADING = 'Chain OUTPUT (policy ACCEPT 0 packets, 0 bytes)\n pkts bytes target     prot opt in     out     source               destination'
const LISTED = '    0     0 REDIRECT   tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:80 redir ports 15001'

const times = (n: number, line: (i: number) => string): string => Array.from({ length: n }, (_, i) => line(i)).join('\n')
const addresses = (n: number): string => Array.from({ length: n }, (_, i) => `10.0.${i >> 8}.${i & 255}`).join(',')

/** Every byte value, in an order that repeats late. */
function noise(length: number): string {
  let state = 1
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return String.fromCharCode((state >> 16) & 255)
  }).join('')
}

interface Hostile {
  readonly what: string
  readonly text: string
  readonly rules: number
  readonly codes: readonly string[]
}

const TABLE: readonly Hostile[] = [
  { what: 'noise', text: noise(1_000_000), rules: 0, codes: ['binary-input', 'nothing-recognised'] },
  { what: 'words of nothing', text: times(LINES, (i) => `${i * 7919} lorem ipsum ${i}`), rules: 0, codes: ['nothing-recognised'] },
  { what: 'one rule again and again', text: `*nat\n${times(LINES, () => RULE)}\nCOMMIT`, rules: LINES, codes: [] },
  { what: 'one listed rule again and again', text: `${HEADING}\n${times(LINES, () => LISTED)}`, rules: LINES, codes: ['assume-table'] },
  { what: 'a line of megabytes', text: `*nat\n-A OUTPUT ${'-p tcp '.repeat(700_000)}\nCOMMIT`, rules: 0, codes: ['line-too-long'] },
  { what: 'a word of megabytes', text: `*nat\n-A OUTPUT -m comment --comment "${'x'.repeat(5_000_000)}" -j ACCEPT\nCOMMIT`, rules: 0, codes: ['line-too-long'] },
  { what: 'very many chains, each jumping to the next', text: `*nat\n${times(LINES, (i) => `:C${i} - [0:0]`)}\n${times(LINES - 1, (i) => `-A C${i} -j C${i + 1}`)}\nCOMMIT`, rules: LINES - 1, codes: [] },
  { what: 'very many tables', text: times(LINES, () => '*nat\nCOMMIT'), rules: 0, codes: ['duplicate-table'] },
  { what: 'very many chain headings', text: times(LINES, () => 'Chain X (1 references)\ntarget     prot opt source               destination'), rules: 0, codes: ['assume-table', 'cut-short', 'duplicate-table'] },
  { what: 'very many prompts', text: times(LINES, () => 'root@pod:/# iptables -t nat -L'), rules: 0, codes: ['nothing-recognised'] },
  { what: 'brackets and quotes without end', text: `${'('.repeat(1_000_000)}\n${'"'.repeat(60_000)}`, rules: 0, codes: ['nothing-recognised'] },
  { what: 'escapes without end', text: `*nat\n${times(20, () => `-A OUTPUT -m comment --comment "${'\\"'.repeat(20_000)}`)}\nCOMMIT`, rules: 0, codes: ['unreadable-line'] },
  { what: 'addresses that stand for millions of rules', text: `*nat\n-A OUTPUT -s ${addresses(2000)} -d ${addresses(2000)} -j ACCEPT\nCOMMIT`, rules: 0, codes: ['unreadable-option'] },
  { what: 'lone surrogates', text: '*nat\n-A OUTPUT -m comment --comment "\ud800 \udfff" -j ACCEPT\nCOMMIT', rules: 1, codes: [] },
  { what: 'empty lines', text: '\n'.repeat(2_000_000), rules: 0, codes: ['nothing-recognised'] },
  { what: 'nothing', text: '', rules: 0, codes: ['nothing-recognised'] },
]

describe('hostile input', () => {
  it.each(TABLE)('$what', ({ text, rules, codes }) => {
    const { value, diagnostics } = readTranscript([{ name: 'hostile', text }])
    const read = value.states.flatMap((state) => state.rulesets.flatMap(({ tables }) => tables.flatMap(({ chains }) => chains.map((chain) => chain.rules.length))))
    expect(read.reduce((sum, each) => sum + each, 0)).toBe(rules)
    expect([...new Set(diagnostics.map(({ code }) => code))].sort()).toEqual(codes)
  })

  it('chains with the names of an object\'s own parts', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'a:b', '0']
    const text = ['*nat', ...names.map((name) => `:${name} - [0:0]`), ...names.map((name, i) => `-A ${name} -j ${names[i + 1] ?? 'ACCEPT'}`), 'COMMIT'].join('\n')
    const { value } = readTranscript([{ name: 'names', text }])
    expect(value.states[0]?.rulesets[0]?.tables[0]?.chains.map(({ name, rules }) => [name, rules.length])).toEqual(names.map((name) => [name, 1]))
  })
})
