import { declaredTarget, unmodelledTarget } from '../declaredTarget.ts'
import type { Field, ValueKind } from '../declaredTarget.ts'
import { ALWAYS_QUOTED, HOST, LED_DELAY, MAC, NPT_PREFIX, oneOf, QUEUES, QUOTED, TCP_OPTION_LIST, TRAFFIC_CLASS, upTo, WORD } from '../valueKinds.ts'

const U16 = 0xffff
const U32 = 0xffffffff

const flag = (name: string, listed: string): Field => ({ flag: name, listed })
const option = (name: string, listed: string, value: ValueKind): Field => ({ flag: name, listed, value })

const NPT_FIELDS: readonly Field[] = [option('src-pfx', 'src-pfx %', NPT_PREFIX), option('dst-pfx', 'dst-pfx %', NPT_PREFIX)]

export const audit = declaredTarget({
  name: 'AUDIT',
  head: 'AUDIT',
  fields: [option('type', '%', oneOf('accept', 'drop', 'reject'))],
  required: ['type'],
})

export const checksum = declaredTarget({
  name: 'CHECKSUM',
  head: 'CHECKSUM',
  fields: [flag('checksum-fill', 'fill')],
  tables: ['mangle'],
})

export const classify = declaredTarget({
  name: 'CLASSIFY',
  head: 'CLASSIFY',
  fields: [option('set-class', 'set %', TRAFFIC_CLASS)],
  required: ['set-class'],
  hooks: ['FORWARD', 'OUTPUT', 'POSTROUTING'],
})

export const clusterip = declaredTarget({
  name: 'CLUSTERIP',
  head: 'CLUSTERIP',
  fields: [
    flag('new', ''),
    option('hashmode', 'hashmode=%', oneOf('sourceip', 'sourceip-sourceport', 'sourceip-sourceport-destport')),
    option('clustermac', 'clustermac=%', MAC),
    option('total-nodes', 'total_nodes=%', upTo(U16)),
    option('local-node', 'local_node=%', upTo(U16)),
    option('hash-init', 'hash_init=%', upTo(U32)),
  ],
  // A rule without --new refers to a cluster that another one made, and has no options of its own.
  normalize: (info) => (Object.hasOwn(info, 'hashmode') ? { ...info, new: true, 'hash-init': info['hash-init'] ?? 0 } : info),
  compile: (_, site) => unmodelledTarget('CLUSTERIP', site, 'CLUSTERIP drops what another node of its cluster answers; which node this is is not modelled'),
})

export const connsecmark = declaredTarget({
  name: 'CONNSECMARK',
  head: 'CONNSECMARK',
  fields: [flag('save', 'save'), flag('restore', 'restore')],
  tables: ['mangle', 'security'],
  needsConntrack: true,
})

const translated = (name: string) => (_: unknown, site: string) => unmodelledTarget(name, site, `${name} rewrites the prefix of an address without conntrack, which is not modelled`)

export const dnpt = declaredTarget({
  name: 'DNPT',
  head: 'DNPT',
  fields: NPT_FIELDS,
  required: ['src-pfx', 'dst-pfx'],
  tables: ['mangle'],
  hooks: ['PREROUTING', 'OUTPUT'],
  compile: translated('DNPT'),
})

export const snpt = declaredTarget({
  name: 'SNPT',
  head: 'SNPT',
  fields: NPT_FIELDS,
  required: ['src-pfx', 'dst-pfx'],
  tables: ['mangle'],
  hooks: ['INPUT', 'POSTROUTING'],
  compile: translated('SNPT'),
})

export const idletimer = declaredTarget({
  name: 'IDLETIMER',
  head: '',
  fields: [option('timeout', 'timeout:%', upTo(U32)), option('label', 'label:%', WORD), flag('alarm', 'alarm')],
  required: ['timeout', 'label'],
})

export const led = declaredTarget({
  name: 'LED',
  head: '',
  fields: [
    option('led-trigger-id', 'led-trigger-id:%', ALWAYS_QUOTED),
    { ...option('led-delay', 'led-delay:%', LED_DELAY), absent: 0, absentListed: true },
    flag('led-always-blink', 'led-always-blink'),
  ],
  required: ['led-trigger-id'],
})

export const nflog = declaredTarget({
  name: 'NFLOG',
  head: '',
  fields: [
    option('nflog-prefix', 'nflog-prefix %', QUOTED),
    { ...option('nflog-group', 'nflog-group %', upTo(U16)), absent: 0 },
    option('nflog-size', 'nflog-size %', upTo(U32)),
    { ...option('nflog-range', 'nflog-range %', upTo(U32)), absent: 0 },
    { ...option('nflog-threshold', 'nflog-threshold %', upTo(U16)), absent: 0 },
  ],
})

export const nfqueue = declaredTarget({
  name: 'NFQUEUE',
  head: 'NFQUEUE',
  fields: [option('queue-num', 'num %', upTo(U16)), option('queue-balance', 'balance %', QUEUES), flag('queue-bypass', 'bypass'), flag('queue-cpu-fanout', 'cpu-fanout')],
  normalize: (info) => (Object.hasOwn(info, 'queue-balance') ? info : { ...info, 'queue-num': info['queue-num'] ?? 0 }),
  compile: (info, site) => unmodelledTarget('NFQUEUE', site, `a program that listens on netfilter queue ${info['queue-balance'] ?? info['queue-num']} decides; without one the packet is ${info['queue-bypass'] ? 'let through' : 'dropped'}`),
})

/** The verdict NF_QUEUE of old: queue 0, no bypass. */
export const queue = declaredTarget({
  name: 'QUEUE',
  head: '',
  fields: [],
  compile: (_, site) => unmodelledTarget('QUEUE', site, 'a program that listens on netfilter queue 0 decides; without one the packet is dropped'),
})

export const secmark = declaredTarget({
  name: 'SECMARK',
  head: 'SECMARK',
  fields: [option('selctx', 'selctx %', WORD)],
  required: ['selctx'],
  tables: ['mangle', 'security'],
})

export const synproxy = declaredTarget({
  name: 'SYNPROXY',
  head: 'SYNPROXY',
  fields: [flag('sack-perm', 'sack-perm'), flag('timestamp', 'timestamp'), option('wscale', 'wscale %', upTo(U32)), option('mss', 'mss %', upTo(U32)), flag('ecn', 'ecn')],
  tail: ' ',
  hooks: ['INPUT', 'FORWARD'],
  needsConntrack: true,
  compile: (_, site) => unmodelledTarget('SYNPROXY', site, 'SYNPROXY answers the handshake itself, which is not modelled'),
})

export const tcpmss = declaredTarget({
  name: 'TCPMSS',
  head: 'TCPMSS',
  fields: [option('set-mss', 'set %', upTo(U16)), flag('clamp-mss-to-pmtu', 'clamp to PMTU')],
})

export const tcpoptstrip = declaredTarget({
  name: 'TCPOPTSTRIP',
  head: 'TCPOPTSTRIP',
  fields: [{ ...option('strip-options', 'options %', TCP_OPTION_LIST), absent: '' }],
  silent: true,
  tables: ['mangle'],
})

export const tee = declaredTarget({
  name: 'TEE',
  head: 'TEE',
  fields: [option('gateway', 'gw:%', HOST), option('oif', 'oif=%', WORD)],
  required: ['gateway'],
})

export const ulog = declaredTarget({
  name: 'ULOG',
  head: 'ULOG',
  fields: [
    option('ulog-prefix', 'prefix %', { ...QUOTED, list: (value) => `"${value}"` }),
    { ...option('ulog-nlgroup', 'nlgroup %', upTo(32)), absent: 1, absentListed: true },
    { ...option('ulog-cprange', 'copy_range %', upTo(U32)), absent: 0, absentListed: true },
    { ...option('ulog-qthreshold', 'queue_threshold %', upTo(50)), absent: 1, absentListed: true },
  ],
  listingOrder: ['ulog-cprange', 'ulog-nlgroup', 'ulog-prefix', 'ulog-qthreshold'],
})
