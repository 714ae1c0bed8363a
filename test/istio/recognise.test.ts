import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTranscript } from '../../src/host/readTranscript.ts'
import { ambientFromAnnotations } from '../../src/istio/ambient/ambientAnnotations.ts'
import { repairConnmark } from '../../src/istio/connmarkMisprint.ts'
import type { Explained, Recognised } from '../../src/istio/recognise/recognised.ts'
import { isPlain, ruleKey } from '../../src/istio/recognise/ruleKey.ts'
import { recogniseIstio } from '../../src/istio/recognise/recogniseIstio.ts'
import { istioRules } from '../../src/istio/rules.ts'
import { KNOWN_RELEASES, RELEASES, resolveVersion } from '../../src/istio/version.ts'
import { versionRanges } from '../../src/istio/recognise/versionRanges.ts'
import type { Family } from '../../src/net/address.ts'
import type { Chain, Rule, Ruleset, Table } from '../../src/netfilter/ruleset.ts'
import { printRule, printSave } from '../../src/ruleset/print.ts'
import { printListing } from '../../src/ruleset/printListing.ts'
import { byTable, goldens, loaded } from './goldens.ts'
import type { Golden } from './goldens.ts'

const rulesetsOf = (golden: Golden): Ruleset[] => ([[4, golden.v4], [6, golden.v6]] as const).flatMap(([family, text]) => (text ? [loaded(text, family)] : []))

const nameOf = (golden: Golden): string => `${golden.file} ${golden.case}`

const saved = (ruleset: Ruleset | undefined): string => (ruleset ? byTable(printSave(ruleset, 'plain')) : '')

/** The rules an explanation's words make in a version. */
function madeBy({ args, env, annotations, nameservers, mode, scope }: Explained, version: string, family: Family, ipv6: boolean): Ruleset {
  const ambient = mode === 'AMBIENT' ? { ambient: { scope, ...ambientFromAnnotations(annotations) } } : {}
  const { value, diagnostics } = istioRules({ version, family, args, env, nameservers, podIps: [ipv6 ? 'fd00::5' : '10.0.0.5'], ...ambient })
  if (!value) throw new Error(`${version} ${args.join(' ')}: ${JSON.stringify(diagnostics)}`)
  return value.ruleset
}

const wanted = (version: string): string => resolveVersion(version)?.name ?? ''

/** "1.11" as the end of a range stands for all its patches. */
const releasesIn = ({ versions }: Explained): string[] =>
  KNOWN_RELEASES.filter((name, i) => versions.some(({ first, last }) => KNOWN_RELEASES.indexOf(wanted(first)) <= i && (i <= KNOWN_RELEASES.indexOf(wanted(last)) || name.startsWith(`${last}.`))))

const only = (recognised: Recognised | null): Recognised => {
  if (!recognised) throw new Error('not recognised')
  return recognised
}

const exactly = ({ foreign, missing, moved }: Explained): boolean => foreign.length + missing.length + moved.length === 0

describe('arguments to rules, rules to arguments, and to the same rules again', () => {
  it('for every golden, in its own version and at both ends of every range that is told', () => {
    let sets = 0
    let again = 0
    const wrong: string[] = []
    for (const golden of goldens) {
      const rulesets = rulesetsOf(golden)
      const found = recogniseIstio(rulesets)
      sets += rulesets.length
      if (!found || !exactly(found) || !releasesIn(found).includes(wanted(golden.version))) { wrong.push(nameOf(golden)); continue }
      for (const way of [found, ...found.alternatives]) {
        const versions = new Set([...(way === found ? [golden.version] : []), ...way.versions.flatMap(({ first, last }) => [first, last])])
        for (const version of versions) {
          for (const ruleset of rulesets) {
            again += 1
            const made = madeBy(way, version, ruleset.family, found.ipv6 === true)
            // Another way may fill tables that are not shown.
            const shown = way === found ? made : { ...made, tables: made.tables.filter(({ name }) => ruleset.tables.some((table) => table.name === name)) }
            if (saved(shown) !== saved(ruleset)) wrong.push(`${nameOf(golden)} IPv${ruleset.family} by ${version} ${way.args.join(' ')}`)
          }
        }
      }
    }
    console.log(`${goldens.length} goldens, ${sets} rule sets: recognised, and made again ${again} times`)
    expect(wrong).toEqual([])
  })

  it('words that are compared as they are written are printed alike', () => {
    const specs = goldens.flatMap((golden) => rulesetsOf(golden).flatMap(({ family }) => {
      const found = only(recogniseIstio(rulesetsOf(golden)))
      return madeBy(found, golden.version, family, found.ipv6 === true).tables.flatMap(({ chains }) => chains.flatMap(({ rules }) => rules.map((rule) => ({ spec: (rule.text ?? '').replace(/^-A \S+ /, ''), rule }))))
    }))
    const plain = specs.filter(({ spec }) => isPlain(spec))
    expect(plain.length).toBeGreaterThan(specs.length / 2)
    expect(plain.filter(({ spec, rule }) => ruleKey(spec) !== ruleKey(printRule(rule))).map(({ spec }) => spec)).toEqual([])
  })

  it('from one family, or one table, alone', () => {
    const wrong = goldens.flatMap((golden) => rulesetsOf(golden).flatMap(({ family, tables }) =>
      [tables, ...(tables.length > 1 ? tables.map((table) => [table]) : [])].flatMap((shown) => {
        const names = shown.map(({ name }) => name)
        if (!shown.some(({ chains }) => chains.some(({ name }) => name.startsWith('ISTIO_')))) return []
        const found = recogniseIstio([{ family, tables: shown }])
        const where = `${nameOf(golden)} IPv${family} ${names.join()}`
        if (!found || !exactly(found)) return [`${where}: not exactly`]
        const made = madeBy(found, found.versions[0]?.first ?? '', family, family === 6)
        const same = saved({ family, tables: made.tables.filter(({ name }) => names.includes(name)) }) === saved({ family, tables: shown })
        return same && [found, ...found.alternatives].some((way) => releasesIn(way).includes(wanted(golden.version))) ? [] : [where]
      })))
    expect(wrong).toEqual([])
  })

  it('from listings too, with -v and without, in names and numbers', () => {
    const styles = [['names', 'verbose'], ['numbers', 'verbose']] as const
    const listed = goldens.filter(({ kind }, i) => kind !== 'ambient' && i % 5 === 0)
    const wrong = listed.flatMap((golden) => styles.flatMap(([style, detail]) => {
      const texts = rulesetsOf(golden).flatMap(({ family, tables }) => tables.map((table) =>
        `$ ${family === 6 ? 'ip6tables' : 'iptables'} -t ${table.name} -L -v${style === 'numbers' ? ' -n' : ''}\n${printListing({ family, tables: [table] }, { style, detail, counters: 'rounded', lines: 'unnumbered', backend: 'nft' })}`))
      const rulesets = readTranscript([{ name: 'listing', text: texts.join('\n') }]).value.states[0]?.rulesets ?? []
      const [plain, fromListing] = [recogniseIstio(rulesetsOf(golden)), recogniseIstio(rulesets)]
      const told = (each: Recognised | null): string => JSON.stringify(each && [each.versions, each.mode, each.args, each.env, each.nameservers, each.foreign.length, each.missing.length])
      return told(plain) === told(fromListing) ? [] : [`${nameOf(golden)} ${style}: ${told(plain)} ${told(fromListing)}`]
    }))
    expect(wrong).toEqual([])
  })
})

const exampleRules = (...names: readonly string[]): Ruleset[] => {
  const files = names.map((name) => ({ name, text: readFileSync(new URL(`../../examples/${name}`, import.meta.url), 'utf8') }))
  return (readTranscript(files).value.states[0]?.rulesets ?? []).map((ruleset) => repairConnmark(ruleset).value)
}

describe('what is told of a dump', () => {
  it('a pod of REDIRECT by its nat table', () => {
    expect(recogniseIstio(exampleRules('redirect/nat.txt'))).toMatchObject({
      mesh: 'Istio', mode: 'REDIRECT', versions: [{ first: '1.7', last: '1.12' }], args: ['-u', '1337', '-i', '*', '-b', '*', '-d', '15090,15021,15020'], env: {}, nameservers: [],
      ipv6: null, tables: [{ family: 4, table: 'nat' }], foreign: [], missing: [], moved: [],
      alternatives: [{ versions: [{ first: '1.13', last: '1.17' }], args: ['-i', '*', '-b', '*', '-d', '22,15090,15021,15020'] }],
    })
  })

  it('a pod of TPROXY by nat and mangle', () => {
    expect(recogniseIstio(exampleRules('tproxy/mangle.txt', 'tproxy/nat.txt'))).toMatchObject({
      mode: 'TPROXY', versions: [{ first: '1.11', last: '1.12' }], args: ['-m', 'TPROXY', '-i', '*', '-b', '*', '-d', '15090,15021,15020'], foreign: [], missing: [], moved: [],
    })
  })

  it('no mode, where its table is not shown', () => {
    expect(recogniseIstio(exampleRules('tproxy/nat.txt'))).toMatchObject({ mode: null, versions: [{ first: '1.7', last: '1.17' }], args: ['-u', '1337', '-i', '*'] })
  })

  it.each([
    ['kube-proxy', '*nat\n:PREROUTING ACCEPT\n:KUBE-SERVICES -\n-A PREROUTING -j KUBE-SERVICES\n-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m tcp --dport 443 -j DNAT --to-destination 10.0.0.1:6443\nCOMMIT'],
    ['Linkerd', '*nat\n:PREROUTING ACCEPT\n:PROXY_INIT_REDIRECT -\n-A PREROUTING -j PROXY_INIT_REDIRECT\n-A PROXY_INIT_REDIRECT -p tcp -j REDIRECT --to-ports 4143\nCOMMIT'],
    ['chains with Istio\'s names only', '*nat\n:PREROUTING ACCEPT\n:ISTIO_INBOUND -\n-A PREROUTING -j ISTIO_INBOUND\n-A ISTIO_INBOUND -s 10.0.0.0/8 -j DROP\n-A ISTIO_INBOUND -j LOG\nCOMMIT'],
    ['nothing', '*nat\n:PREROUTING ACCEPT\nCOMMIT'],
  ])('nothing of %s', (_, text) => {
    expect(recogniseIstio([loaded(text, 4)])).toBeNull()
  })

  it('an argument that has no effect is left out', () => {
    const { args } = only(recogniseIstio([madeRules('1.30.0', ['-b', '80', '-d', '15020', '-r', '200', '--redirect-dns'])]))
    expect(args).toEqual(['-b', '80'])
  })

  it('gaps between versions are told as such', () => {
    const at = (...names: readonly string[]): ReturnType<typeof versionRanges> => versionRanges(RELEASES.filter((_, i) => names.includes(KNOWN_RELEASES[i] ?? '')))
    expect(at('1.4.0', '1.6.0', '1.7.0')).toEqual([{ first: '1.4', last: '1.4' }, { first: '1.6', last: '1.7' }])
    expect(at('1.11.0')).toEqual([{ first: '1.11.0', last: '1.11.2' }])
    expect(at('1.11.3')).toEqual([{ first: '1.11.3', last: '1.11.3' }])
    expect(at('1.10.0', '1.11.0', '1.11.3')).toEqual([{ first: '1.10', last: '1.11' }])
  })
})

function madeRules(version: string, args: readonly string[], nameservers: readonly string[] = []): Ruleset {
  const { value } = istioRules({ version, family: 4, args, nameservers, podIps: ['10.0.0.5'] })
  if (!value) throw new Error(`${version} makes no rules of ${args.join(' ')}`)
  return value.ruleset
}

/** Flags with values; an empty one is not given. */
const optional = (flag: string, ...values: readonly string[]): fc.Arbitrary<string[]> => fc.constantFrom('', ...values).map((value) => (value === '' ? [] : [flag, value]))

const someArguments = fc.tuple(
  optional('-m', 'TPROXY'), optional('-i', '*', '10.0.0.0/8', '10.0.0.0/8,172.16.0.0/12'), optional('-x', '10.1.0.0/16', '10.1.0.0/16,10.2.3.0/24'), optional('-b', '*', '*', '80,8080'),
  optional('-d', '15090,15021,15020', '22'), optional('-o', '3306', '25,53'), optional('-k', 'eth1', 'eth1,eth2'), optional('-u', '1337', '1337,1338', '7'), optional('-g', '9'), optional('-p', '15101'), optional('-z', '15106'),
).map((lists) => lists.flat())

const made = fc.tuple(fc.constantFrom(...KNOWN_RELEASES), someArguments).map(([version, args]) => ({ version, args, ruleset: madeRules(version, args) }))

interface Place {
  readonly table: number
  readonly chain: number
  readonly rule: number
}

const placesIn = ({ tables }: Ruleset): Place[] => tables.flatMap(({ chains }, table) => chains.flatMap(({ rules }, chain) => rules.map((_, rule) => ({ table, chain, rule }))))

const edited = (ruleset: Ruleset, { table, chain }: Place, edit: (rules: readonly Rule[]) => readonly Rule[]): Ruleset => ({
  ...ruleset,
  tables: ruleset.tables.map((each, t): Table => (t !== table ? each : { ...each, chains: each.chains.map((one, c): Chain => (c !== chain ? one : { ...one, rules: edit(one.rules) })) })),
})

const sameRule = (a: Rule, b: Rule): boolean => printRule(a) === printRule(b)

/** A rule set, and a place in it. */
const withPlace = made.chain((each) => fc.constantFrom(...placesIn(each.ruleset)).map((place) => ({ ...each, place })))

const textsOf = (ruleset: Ruleset, table: string, chain: string): string[] => ruleset.tables.find(({ name }) => name === table)?.chains.find(({ name }) => name === chain)?.rules.map(printRule) ?? []

/** Chain by chain: what the words make, less what is missing, is what is shown, less what is foreign; what was moved is left out of both. */
function accountsFor(way: Explained, shown: Ruleset): void {
  for (const version of new Set(way.versions.flatMap(({ first, last }) => [first, last]))) {
    const ruleset = madeBy(way, version, 4, false)
    const places = new Set([...ruleset.tables, ...shown.tables].filter(({ name }) => shown.tables.some((table) => table.name === name)).flatMap(({ name, chains }) => chains.map((chain) => `${name} ${chain.name}`)))
    for (const place of places) {
      const [table = '', chain = ''] = place.split(' ')
      const here = <T extends { readonly table: string; readonly chain: string }>(all: readonly T[]): T[] => all.filter((each) => each.table === table && each.chain === chain)
      const left = textsOf(ruleset, table, chain).filter((_, i) => !here(way.missing).some(({ number }) => number === i + 1))
      const kept = textsOf(shown, table, chain).filter((_, i) => !here(way.foreign).some(({ number }) => number === i + 1))
      const moved = here(way.moved).map(({ rule }) => printRule(rule))
      for (const missing of here(way.missing)) expect(textsOf(ruleset, table, chain)[missing.number - 1]).toBe(missing.text)
      if (moved.length === 0) expect(kept, `${version} ${place}`).toEqual(left)
      else expect([...kept].sort(), `${version} ${place}`).toEqual([...left].sort())
    }
  }
}

describe('what does not fit is named', () => {
  it('a rule that was deleted: missing, or other arguments make just these rules', () => {
    fc.assert(fc.property(withPlace, ({ ruleset, place }) => {
      const shown = edited(ruleset, place, (rules) => rules.filter((_, i) => i !== place.rule))
      const found = only(recogniseIstio([shown]))
      // The rule may have been all that told of an argument: in 1.4 a gid has just one.
      expect(found.foreign.length + found.missing.length + found.moved.length).toBeLessThanOrEqual(2)
      for (const way of [found, ...found.alternatives]) accountsFor(way, shown)
    }), { numRuns: 120 })
  })

  it('a rule of somebody else, wherever it stands', () => {
    const strangers = ['-s 203.0.113.9/32 -j DROP', '-p udp -m udp --dport 4789 -j ACCEPT', '-m comment --comment mine -j RETURN', '-p tcp -m tcp --dport 7777 -j LOG']
    const stranger = fc.constantFrom(...strangers).map((text) => loaded(`*nat\n:OUTPUT ACCEPT\n-A OUTPUT ${text}\nCOMMIT`, 4).tables[0]?.chains[0]?.rules[0])
    fc.assert(fc.property(withPlace, stranger, ({ version, ruleset, place }, rule) => {
      if (!rule) throw new Error('not read')
      const shown = edited(ruleset, place, (rules) => rules.toSpliced(place.rule, 0, rule))
      const found = only(recogniseIstio([shown]))
      expect(found.missing).toEqual([])
      expect(found.moved).toEqual([])
      expect(found.foreign.map((each) => [each.number, each.rule])).toEqual([[place.rule + 1, rule]])
      expect([found, ...found.alternatives].some((way) => releasesIn(way).includes(version))).toBe(true)
      accountsFor(found, shown)
    }), { numRuns: 120 })
  })

  it('two rules that changed places: out of order, or other arguments make them so', () => {
    fc.assert(fc.property(withPlace, ({ ruleset, place }) => {
      const swapped = (rules: readonly Rule[]): readonly Rule[] => {
        const [one, two] = [rules[place.rule], rules[place.rule + 1]]
        return one && two && !sameRule(one, two) ? rules.toSpliced(place.rule, 2, two, one) : rules
      }
      const shown = edited(ruleset, place, swapped)
      const found = only(recogniseIstio([shown]))
      expect(found.foreign.length + found.missing.length + found.moved.length).toBeLessThanOrEqual(1)
      for (const way of [found, ...found.alternatives]) accountsFor(way, shown)
    }), { numRuns: 120 })
  })

  it("chains of kube-proxy beside Istio's are not Istio's", () => {
    const text = '*nat\n:PREROUTING ACCEPT\n:KUBE-SERVICES -\n-A PREROUTING -j KUBE-SERVICES\n-A KUBE-SERVICES -d 10.96.0.1/32 -j RETURN\n'
    const istio = printSave(madeRules('1.22.0', ['-i', '*', '-b', '*']), 'plain').replace(/^\*nat\n:PREROUTING.*\n/, '')
    const found = only(recogniseIstio([loaded(`${text}${istio}`, 4)]))
    expect(found.foreign.map(({ chain, rule }) => `${chain} ${printRule(rule)}`)).toEqual(['PREROUTING -j KUBE-SERVICES', 'KUBE-SERVICES -d 10.96.0.1/32 -j RETURN'])
    expect(found).toMatchObject({ missing: [], moved: [], args: ['-i', '*', '-b', '*'] })
  })

  it('one chain alone is compared by itself', () => {
    const [nat] = madeRules('1.22.0', ['-i', '*', '-b', '*']).tables
    const chains = nat?.chains.filter(({ name }) => name === 'ISTIO_OUTPUT') ?? []
    expect(recogniseIstio([{ family: 4, tables: [{ name: 'nat', chains }] }])).toMatchObject({ missing: [], foreign: [], args: ['-i', '*'], mode: null })
  })

  it('hundreds of rules in no order are no matter either', () => {
    const some = (count: number, rule: (i: number) => string): string[] => Array.from({ length: count }, (_, i) => rule((i * 7919) % 400))
    const lines = [
      ...some(250, (i) => `-A PREROUTING -d 10.0.${i % 200}.0/24 -i eth${i % 40} -j ISTIO_REDIRECT`), ...some(250, (i) => `-A ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -m owner --uid-owner ${i} -j ISTIO_IN_REDIRECT`),
      ...some(250, (i) => `-A ISTIO_OUTPUT -m owner --uid-owner ${399 - i} -j RETURN`), ...some(200, (i) => `-A ISTIO_OUTPUT -d 10.0.${(i * 31) % 200}.0/24 -j ISTIO_REDIRECT`),
    ]
    const ruleset = loaded(`*nat\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n:ISTIO_OUTPUT -\n${lines.join('\n')}\n-A OUTPUT -j ISTIO_OUTPUT\nCOMMIT`, 4)
    // What would take it minutes does not come to an end here (the test's own limit).
    expect(recogniseIstio([ruleset])?.foreign.length).toBe(750)
  })

  it('tens of thousands of rules are no matter', () => {
    const many = Array.from({ length: 60_000 }, (_, i) => `-A KUBE-X -d 10.${i >> 16}.${(i >> 8) & 255}.${i & 255}/32 -j RETURN`).join('\n')
    const istio = printSave(madeRules('1.22.0', ['-i', '*', '-b', '*']), 'plain').replace(/^\*nat\n/, '*nat\n:KUBE-X -\n').replace('COMMIT', `${many}\nCOMMIT`)
    const ruleset = loaded(istio, 4)
    const start = performance.now()
    expect(recogniseIstio([ruleset])?.foreign.length).toBe(60_000)
    expect(performance.now() - start).toBeLessThan(2000)
  })
})
