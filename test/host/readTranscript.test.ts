import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codes, policyRule, read, route, socket, states } from './read.ts'

const sample = (name: string): string => readFileSync(new URL(`data/${name}.txt`, import.meta.url), 'utf8')

const NAT = ['Chain PREROUTING (policy ACCEPT)', 'target     prot opt source               destination', 'ISTIO_INBOUND  tcp  --  anywhere             anywhere', '', 'Chain ISTIO_INBOUND (1 references)', 'target     prot opt source               destination'].join('\n')
const port = (number: number): string => `REDIRECT   tcp  --  anywhere             anywhere             redir ports ${number}`
const MANGLE = ['Chain PREROUTING (policy ACCEPT)', 'target     prot opt source               destination', 'MARK       tcp  --  anywhere             anywhere             MARK set 0x539', 'Chain FORWARD (policy ACCEPT)', 'target     prot opt source               destination'].join('\n')

describe('a transcript of a pod', () => {
  const result = read(sample('pod-redirect'))
  it('is one state without complaints', () => {
    expect(result.diagnostics).toEqual([])
    expect(states(result)).toHaveLength(1)
    expect(result.value.states[0]?.rulesets.map(({ family, tables }) => [family, tables.map(({ name }) => name)])).toEqual([[4, ['raw', 'mangle', 'nat']]])
  })
  it('gives interfaces, rules, routes and sysctls', () => {
    const { facts } = result.value
    expect(facts.interfaces?.map(({ name, up, addresses }) => [name, up, addresses.map(({ length, scope }) => [length, scope])])).toEqual([['lo', true, [[8, 'host']]], ['eth0', true, [[24, 'global']]]])
    expect(facts.rules[4]?.map(policyRule)).toEqual(['0 lookup 255', ...(facts.rules[4]?.length === 4 ? ['32765 mark 1337/4294967295 lookup 133'] : []), '32766 lookup 254', '32767 lookup 253'])
    expect(facts.rules[6]).toBeNull()
    expect(facts.routes[4]?.map(route)).toContain('unicast 0.0.0.0/0 via 10.20.0.1:0 eth0 254 0')
    expect(facts.routes[4]?.map(route)).toContain('broadcast 10.20.0.255/32 eth0 src 10.20.0.77:0 255 0')
    expect(facts.routeTables).toEqual({ 4: 'all', 6: 'all' })
    expect(facts.sysctls).toEqual({ 'net.ipv4.ip_forward': 0, 'net.ipv4.conf.all.rp_filter': 0, 'net.ipv4.conf.eth0.rp_filter': 0, 'net.ipv4.conf.all.route_localnet': 0, 'net.ipv4.conf.eth0.route_localnet': 0 })
    expect(facts.backends).toEqual({ seen: ['nft'], legacyTablesPresent: false })
  })
  it('gives every listening socket with its owner', () => {
    expect(result.value.facts.listeners).toHaveLength(13)
    expect(result.value.facts.listenerProtocols).toEqual([6, 17])
    expect(result.value.facts.listeners?.map(socket).map((each) => each.replace(/\d+$/, 'PID'))).toEqual(expect.arrayContaining(['tcp 0.0.0.0:18080 1000:? python3 PID', 'udp 127.0.0.1:15053 1337:? python3 PID', 'tcp 0.0.0.0:22 0:? python3 PID']))
  })
})

describe('a transcript of a dual-stack pod', () => {
  const { value, diagnostics } = read(sample('pod-dual-stack'))
  it('keeps the families apart', () => {
    expect(diagnostics).toEqual([])
    expect(value.states).toHaveLength(1)
    expect(value.states[0]?.rulesets.map(({ family }) => family)).toEqual([4, 6])
    expect(value.facts.routes[6]?.map(route)).toEqual(expect.arrayContaining(['local ::/0 lo 133 1024', 'unicast ::/0 via [fd00:20::1]:0 eth0 254 1024']))
    expect(value.facts.routes[4]?.map(route)).toContain('local 0.0.0.0/0 lo 133 0')
    expect(value.facts.rules[6]?.map(policyRule)).toEqual(['0 lookup 255', '32765 mark 1337/4294967295 lookup 133', '32766 lookup 254'])
  })
  it('tells dual-stack from IPv6-only sockets, and transparent ones', () => {
    const of = (number: number): unknown => value.facts.listeners?.filter((each) => each.port === number).map(({ address, v6only, transparent }) => [address.family, v6only, transparent])
    expect(of(18080)).toEqual([[6, false, false]])
    expect(of(8080)).toEqual([[6, true, false]])
    expect(of(15006)).toEqual([[4, false, true], [6, true, true]])
  })
})

describe('states', () => {
  it('begin where the text leaves the widest gap before a table is seen again', () => {
    const text = ['$ iptables -t nat -L', NAT, port(15006), ...Array.from({ length: 20 }, () => 'prose'), '$ iptables -t mangle -L', MANGLE, 'prose', '$ iptables -t nat -L', NAT, port(15001)].join('\n')
    const result = read(text)
    expect(states(result)).toEqual([['4 nat a:2-8'], ['4 mangle a:30-34', '4 nat a:37-43']])
    expect(codes(result)).toContain('several-states')
    expect(result.diagnostics.find(({ code }) => code === 'several-states')?.message).toContain('1: nat (a:2-8); 2: mangle (a:30-34), nat (a:37-43)')
  })
  it('are one when a table is printed twice with other counters', () => {
    const save = (n: number): string => `$ iptables-save\n*nat\n:OUTPUT ACCEPT [${n}:${n}]\n-A OUTPUT -j ACCEPT\nCOMMIT\n`
    const result = read(save(1) + save(2))
    expect(states(result)).toEqual([['4 nat a:2-5']])
    expect(codes(result)).toEqual(['duplicate-table'])
  })
  it('add up over files', () => {
    expect(states(read('*nat\n-A OUTPUT -j ACCEPT\nCOMMIT', '*mangle\n-A OUTPUT -j ACCEPT\nCOMMIT', '$ ip6tables-save\n*nat\n-A OUTPUT -j ACCEPT\nCOMMIT'))).toEqual([['4 nat a:1-3', '4 mangle b:1-3', '6 nat c:2-4']])
    expect(states(read('*nat\n-A OUTPUT -j ACCEPT\nCOMMIT', '*nat\n-A OUTPUT -j RETURN\nCOMMIT'))).toEqual([['4 nat a:1-3'], ['4 nat b:1-3']])
  })
  it('leave out commands whose effect a later dump shows', () => {
    const result = read('$ iptables -t nat -A OUTPUT -j RETURN\n$ iptables-save\n*nat\n-A OUTPUT -j RETURN\nCOMMIT')
    expect(states(result)).toEqual([['4 nat a:3-5']])
    expect(codes(result)).toEqual(['commands-in-dump'])
  })
  it('do not mix the tables of two backends', () => {
    const legacy = '$ iptables-legacy-save\n*nat\n-A OUTPUT -j ACCEPT\nCOMMIT\n'
    const both = read(`${legacy}$ iptables-nft-save\n*nat\n-A OUTPUT -j RETURN\nCOMMIT`)
    expect(states(both)).toHaveLength(2)
    expect(codes(both)).toContain('two-backends')
    expect(both.value.facts.backends.seen).toEqual(['legacy', 'nft'])
    expect(states(read(`${legacy}$ iptables-nft-save\n*nat\n:OUTPUT ACCEPT [0:0]\nCOMMIT`))).toEqual([['4 nat a:2-4']])
  })
  it('may be one without rules', () => {
    const result = read('$ iptables-save\n$ ip rule\n0:\tfrom all lookup local\n')
    expect(states(result)).toEqual([[]])
    expect(codes(result)).toEqual(['no-rules'])
    expect(codes(read('$ iptables-save\niptables-save: Permission denied (you must be root)\n$ ip rule'))).toEqual(['nothing-recognised'])
    expect(codes(read('$ iptables-save | grep foo\n$ ip rule'))).toEqual(['nothing-recognised'])
  })
})

describe('what stands round rules', () => {
  const rules = (text: string): unknown => read(text).value.states.flatMap(({ rulesets }) => rulesets.flatMap(({ tables }) => tables.flatMap(({ chains }) => chains.flatMap((chain) => chain.rules.map(({ target }) => `${chain.name} ${target && 'name' in target ? target.name : target?.chain ?? ''}`)))))
  const SAVE = ['*nat', ':OUTPUT ACCEPT [0:0]', '-A OUTPUT -p tcp -m tcp --dport 80 -j ACCEPT', 'COMMIT']
  it.each([
    ['quoting', SAVE.map((line) => `> > ${line}`).join('\n')],
    ['Windows line ends and a byte order mark', `\ufeff${SAVE.join('\r\n')}`],
    ['old Mac line ends', SAVE.join('\r')],
    ['a fence in prose', `Text\n\`\`\`shell\n${SAVE.join('\n')}\n\`\`\`\nMore`],
    ['colours', SAVE.map((line) => `\u001b[01;31m\u001b[K${line}\u001b[m\u001b[K`).join('\n')],
    ['non-breaking blanks', SAVE.join('\n').replaceAll(' ', '\u00a0')],
    ['long dashes', SAVE.join('\n').replace('--dport', '\u2013dport').replace('-p', '\u2013p')],
    ['full-width dashes', SAVE.join('\n').replaceAll('-A', '\uff0dA').replace('--dport', '\uff0d\uff0ddport')],
    ['a blank in the heading', SAVE.join('\n').replace('*nat', '* nat')],
    ['a root prompt', `# iptables-save\n${SAVE.join('\n')}`],
    ['zero-width blanks', SAVE.join('\n').replace('OUTPUT -p', 'OUTPUT\u200b -p')],
    ['a remark in Chinese', [...SAVE.slice(0, 2), '# 链：用于目标地址转换', ...SAVE.slice(2)].join('\n')],
  ])('%s', (_, text) => {
    const result = read(text)
    expect(result.diagnostics).toEqual([])
    expect(rules(text)).toEqual(['OUTPUT ACCEPT'])
  })
  it('is not taken for rules where another command printed it', () => {
    expect(rules('$ curl example.com\n-A OUTPUT -j DROP\n$ iptables-save\n*nat\n-A OUTPUT -j ACCEPT\nCOMMIT')).toEqual(['OUTPUT ACCEPT'])
    expect(rules('$ cat rules.txt\n*nat\n-A OUTPUT -j ACCEPT\nCOMMIT')).toEqual(['OUTPUT ACCEPT'])
  })
  it('is a command line that adds a rule', () => {
    expect(rules("root@pod:/# iptables -t nat -A OUTPUT -m comment --comment 'a b' -j ACCEPT || true")).toEqual(['OUTPUT ACCEPT'])
    expect(rules('$ iptables -t nat -A OUTPUT \\\n    -j ACCEPT')).toEqual(['OUTPUT ACCEPT'])
    expect(rules("$ sudo sh -c 'iptables -t nat -A OUTPUT -j ACCEPT'")).toEqual(['OUTPUT ACCEPT'])
    expect(rules('# iptables -t nat -A OUTPUT -j DROP')).toEqual([])
  })
  it('does not move the columns of diagnostics', () => {
    const { diagnostics } = read('*nat\n\u001b[31m\u200b-A OUTPUT --nonsense 1 -j ACCEPT\nCOMMIT')
    expect(diagnostics.map(({ span }) => span)).toEqual([expect.objectContaining({ line: 2, column: 17 })])
  })
  it('says the family of rules that only hold IPv6 addresses', () => {
    expect(states(read('*filter\n-A INPUT -d ::1/128 -j ACCEPT\nCOMMIT'))).toEqual([['6 filter a:1-3']])
  })
})

describe('a refusal', () => {
  it.each([
    ['', 'empty'],
    ['Dear all,\nit does not work.', 'other text'],
    ['table ip nat {\n}', "nft's own form"],
    ['$ netstat -nl\ntcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN', 'sockets, but no rules'],
  ])('%j says what was seen', (text, seen) => {
    const result = read(text)
    expect(codes(result)).toEqual(['nothing-recognised'])
    expect(result.diagnostics[0]?.severity).toBe('error')
    expect(result.diagnostics[0]?.message).toContain(seen)
  })
  it('is made of binary input and of nothing at all', () => {
    expect(codes(read('\0\u0001\u0002'.repeat(100)))).toEqual(['binary-input', 'nothing-recognised'])
    expect(codes(read())).toEqual(['nothing-recognised'])
  })
  it('of ten megabytes takes less than a second', () => {
    const noise = 'QmFzZTY0IGlzIG5vIHJ1bGUgdGV4dA0K/+aGkX0pZ2sd\n'.repeat(220_000)
    const began = performance.now()
    expect(codes(read(noise))).toEqual(['nothing-recognised'])
    expect(performance.now() - began).toBeLessThan(1000)
  })
  it('of a huge line is a warning, not a wait', () => {
    expect(codes(read(`*nat\n-A OUTPUT -j ACCEPT\nCOMMIT\n${'-A a '.repeat(1_000_000)}`))).toEqual(['line-too-long'])
  })
})

describe('hostile input', () => {
  const word = fc.constantFrom('__proto__', 'constructor', '$', '#', '-A', '-j', 'Chain', '*nat', 'COMMIT', 'ip', 'rule', 'route', 'from', 'lookup', 'default', 'via', 'dev', 'ss', 'tcp', 'LISTEN', '0', '*:1', ':::', '[', '%', 'Name:', 'Type:', 'Members:', 'create', 'add', 'hash:ip', 'Uid:', '```', '>', "'", '"', '\\', '\u001b[', '\u2013', 'sudo', 'sh', '-c', 'nexthop', 'NAME', 'READY', 'STATUS', '1:', '<UP>', 'inet', 'fwmark', 'users:(("', 'net.__proto__=1')
  it('never throws', () => {
    const line = fc.array(fc.oneof({ weight: 5, arbitrary: word }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) }), { maxLength: 9 }).map((words) => words.join(' '))
    fc.assert(fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      read(lines.join('\n'))
    }), { numRuns: 2000 })
  })
  it('survives every truncation and any deleted line of a real transcript', () => {
    const text = sample('pod-dual-stack')
    const lines = text.split('\n')
    fc.assert(fc.property(fc.nat(text.length), fc.nat(lines.length - 1), (at, gone) => {
      read(text.slice(0, at))
      read(lines.filter((_, i) => i !== gone).join('\n'))
    }), { numRuns: 60 })
  })
  it('cannot reach prototypes by names', () => {
    const { value } = read('create __proto__ hash:ip\nadd __proto__ 10.0.0.1\nnet.__proto__ = 7\n1: __proto__: <UP> mtu 1\n')
    expect(value.facts.sets).toEqual([{ name: '__proto__', type: 'hash:ip', entries: ['10.0.0.1'] }])
    expect(value.facts.interfaces?.map(({ name }) => name)).toEqual(['__proto__'])
    expect(Object.keys(value.facts.sysctls)).toEqual(['net.__proto__'])
    expect(Object.getPrototypeOf({})).toBe(Object.prototype)
  })
})
