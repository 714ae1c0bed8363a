// One measure in a process of its own: node test/bench/measure.js NAME ARGS; prints a number.
import { readFileSync } from 'node:fs'
import { differences, istioRules, kindsOf, lint, mapRegions, parseAddress, printSave, readTranscript, Walker } from '../../dist/index.js'
import { kubeProxySave, serviceAddress } from './kubeProxySave.js'

const ARGS = ['-p', '15001', '-z', '15006', '-u', '1337', '-i', '*', '-b', '*', '-d', '15090,15021,15020']

export function istioSave(version, mode) {
  const { value } = istioRules({ version, family: 4, args: [...ARGS, '-m', mode, '-g', '1337'], podIps: ['10.20.0.77'] })
  if (!value) throw new Error('no rules')
  return printSave(value.ruleset, 'plain')
}

function questionOf(text, podAddresses = ['10.20.0.77']) {
  const { value } = readTranscript([{ name: 'rules', text }])
  return { state: value.states[0], facts: value.facts, given: { podAddresses: podAddresses.map(parseAddress), istioVersion: null } }
}

const walkerOf = (text, podAddresses) => new Walker(questionOf(text, podAddresses), 4)

const connection = (origin, dst, dport) => ({
  origin, proto: 'tcp', src: origin === 'remote' ? parseAddress('10.20.0.78') : null, sport: 40000, dst: parseAddress(dst), dport, uid: origin === 'local' ? 1000 : 0, gid: origin === 'local' ? 1000 : 0,
  in: null, mark: 0, transparent: false, tcpFlags: null, length: null, at: null, ctState: 'NEW',
})

/** Numbers from 0 to 1, the same every time. */
function dice() {
  let state = 1
  return () => (state = (state * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff
}

/** How often a second, at best: the machine has other work too. */
function perSecond(once, times = 20_000) {
  let best = 0
  for (let round = 0; round < 6; round += 1) {
    const start = process.hrtime.bigint()
    for (let i = 0; i < times; i += 1) once(i)
    best = Math.max(best, times / (Number(process.hrtime.bigint() - start) / 1e9))
  }
  return best
}

/** Milliseconds of one go, at best of several; `warm` goes are not counted. */
function fastest(once, goes = 5, warm = 3) {
  for (let i = 0; i < warm; i += 1) once()
  return Math.min(...Array.from({ length: goes }, () => { const start = performance.now(); once(); return performance.now() - start }))
}

/** From whichever of a client's ports. */
const ports = (i) => 33_000 + (i % 20_000)

function connections(mode) {
  const [walker, asked] = [walkerOf(istioSave('1.20', mode)), connection('remote', '10.20.0.77', 18080)]
  return perSecond((i) => walker.outcomes({ ...asked, sport: ports(i) }, {}))
}

function firstPackets(walker, asked) {
  const next = dice()
  return perSecond((i) => walker.firstFate({ ...asked, sport: ports(i) }, ({ probability }) => next() < (probability ?? 1)))
}

const servicesWalker = (services) => walkerOf(kubeProxySave(services), [])
const toLast = (services) => connection('local', serviceAddress(services - 1), 80)

function diffOf(before, after, goes, warm) {
  const [old, now] = [questionOf(before, []), questionOf(after, [])]
  const memo = (question) => { const made = new Map(); return ({ family }) => { if (!made.has(family)) made.set(family, new Walker(question, family)); return made.get(family) } }
  const kinds = kindsOf([...old.state.rulesets, ...now.state.rulesets])
  return fastest(() => { if (differences(kinds, memo(old), memo(now)).found.length === 0) throw new Error('no difference') }, goes, warm)
}

/** Another address for one endpoint. */
const oneEndpointElsewhere = (save) => save.replace('--to-destination 10.128.0.7:8080', '--to-destination 10.200.0.7:8080')

const MEASURES = {
  connections: (mode) => connections(mode),
  'first-packets': (mode) => firstPackets(walkerOf(istioSave('1.20', mode)), connection('remote', '10.20.0.77', 18080)),
  'first-packets-services': (services) => firstPackets(servicesWalker(Number(services)), toLast(Number(services))),
  'read-services': (services) => { const text = kubeProxySave(Number(services)); return fastest(() => readTranscript([{ name: 'rules', text }]), 3, 1) },
  'ready-services': (services) => {
    const question = questionOf(kubeProxySave(Number(services)), [])
    const asked = toLast(Number(services))
    // The first time, for what was made ready is kept.
    return fastest(() => new Walker(question, 4).firstFate(asked, () => true), 1, 0)
  },
  'memory-services': (services) => {
    const text = kubeProxySave(Number(services))
    globalThis.gc()
    const before = process.memoryUsage().heapUsed
    const walker = new Walker(questionOf(text, []), 4)
    walker.firstFate(toLast(Number(services)), () => true)
    globalThis.gc()
    return (process.memoryUsage().heapUsed - before) / walker.netns.rulesets[0].tables.reduce((sum, { chains }) => sum + chains.reduce((all, { rules }) => all + rules.length, 0), 0)
  },
  'many-connections': (times) => {
    const [walker, asked] = [walkerOf(istioSave('1.20', 'REDIRECT')), connection('remote', '10.20.0.77', 18080)]
    const start = performance.now()
    for (let i = 0; i < Number(times); i += 1) walker.outcomes({ ...asked, sport: ports(i) }, {})
    return performance.now() - start
  },
  'diff-istio': () => diffOf(istioSave('1.11.3', 'REDIRECT'), istioSave('1.20', 'REDIRECT'), 9, 6),
  'diff-istio-cold': () => diffOf(istioSave('1.11.3', 'REDIRECT'), istioSave('1.20', 'REDIRECT'), 1, 0),
  'diff-services': (services) => { const save = kubeProxySave(Number(services)); return diffOf(save, oneEndpointElsewhere(save), 1, 0) },
  'map-istio': () => { const question = questionOf(istioSave('1.20', 'REDIRECT')); return fastest(() => mapRegions(kindsOf(question.state.rulesets), ({ family }) => new Walker(question, family))) },
  'map-services': (services) => { const question = questionOf(kubeProxySave(Number(services)), []); return fastest(() => mapRegions(kindsOf(question.state.rulesets), ({ family }) => new Walker(question, family)), 1, 0) },
  'lint-services': (services) => { const question = questionOf(kubeProxySave(Number(services)), []); return fastest(() => lint(question, null), 1, 0) },
  'lint-istio': () => { const question = questionOf(istioSave('1.20', 'REDIRECT')); return fastest(() => lint(question, null)) },
  'rules-istio': () => fastest(() => istioSave('1.20', 'REDIRECT')),
  'read-file': (file) => { const text = readFileSync(file, 'utf8'); return fastest(() => readTranscript([{ name: 'rules', text }]), 3, 1) },
}

const [name = '', ...args] = process.argv.slice(2)
if (MEASURES[name]) console.log(MEASURES[name](...args))
