import { and, not } from '../../netfilter/ternary.ts'
import type { Ternary } from '../../netfilter/ternary.ts'
import { TcpFlag } from '../../net/tcpFlags.ts'
import { declaredMatch, unmodelledTest } from '../declaredMatch.ts'
import type { DeclaredInfo, MatchField } from '../declaredMatch.ts'
import type { MatchTest } from '../extension.ts'
import { alwaysQuoted, bare, cell, hexUpTo, hidden, inner, outer, range, upTo, word } from '../matchFields.ts'
import { readGroup } from '../namedGroup.ts'
import { parseNumber } from '../optionReader.ts'
import { UNLISTED } from '../unlistedValue.ts'
import { unmodelled } from '../unmodelled.ts'

const MAX = 0xffffffff

/** xt_bpf.c bpf_mt. The listing lacks the count of instructions and ends in a NUL (libxt_bpf.c bpf_print). */
export const bpf = declaredMatch({
  name: 'bpf',
  head: '',
  leads: ['match'],
  unspaced: 'match bpf',
  fields: [
    {
      flag: 'bytecode',
      read: (text) => (/^\d+,(\d+ \d+ \d+ \d+,?)+$/.test(text) ? text.replace(/,$/, '') : null),
      save: alwaysQuoted,
      list: ({ value }) => `match bpf ${value.replace(/^\d+,/, '')}\u0000`,
      // eslint-disable-next-line no-control-regex -- 1.8.9 prints it
      listed: /match bpf ()?(\d+ \d+ \d+ \d+(?:,\d+ \d+ \d+ \d+)*)\u0000?/,
      unlist: (text) => `${text.split(',').length},${text}`,
    },
    { flag: 'object-pinned', read: word, list: ({ value }) => `match bpf pinned ${value}`, listed: /match bpf pinned ()?(\S+)/ },
  ],
  test: unmodelledTest('bpf', "what the rule's program says of the packet"),
})

/** A save always has the mask of nodes, whichever option gave it. */
function readNodeMask(text: string): string | null {
  return hexUpTo(MAX, 8)(text, 4)
}

/** xt_cluster.c xt_cluster_mt. */
export const cluster = declaredMatch({
  name: 'cluster',
  needsConntrack: true,
  head: 'cluster',
  fields: [
    { flag: 'cluster-local-nodemask', read: readNodeMask, list: ({ value, negated }) => `${negated ? '!' : ''}node_mask=${value}`, listed: /(!)?node_mask=(\S+)/ },
    { flag: 'cluster-total-nodes', read: upTo(32), list: ({ value }) => `total_nodes=${value}`, listed: /total_nodes=()?(\d+)/ },
    { flag: 'cluster-hash-seed', read: hexUpTo(MAX, 8), list: ({ value }) => `hash_seed=${value}`, listed: /hash_seed=()?(\S+)/ },
    hidden('cluster-local-node', upTo(32)),
  ],
  normalize: ({ 'cluster-local-node': node, ...info }) =>
    node ? { 'cluster-local-nodemask': { value: readNodeMask(`${2 ** (Number(node.value) - 1)}`) ?? '', negated: node.negated }, ...info } : info,
  test: unmodelledTest('cluster', 'which node of the cluster the packet belongs to'),
})

/** xt_connlabel.c connlabel_mt: without an entry it is as if the label were not set. */
export const connlabel = declaredMatch({
  name: 'connlabel',
  needsConntrack: true,
  head: '',
  leads: ['connlabel'],
  required: ['label'],
  fields: [{ ...inner('label', 'connlabel', word), save: alwaysQuoted }, bare('set', 'set')],
  test: ({ label }) => {
    const doubt = unmodelled('connlabel', `whether the connection has the label ${label?.value ?? ''}`, null)
    const negated = label?.negated ?? false
    return (skb, context) => (context.ct(skb) === null ? negated : negated ? not(doubt) : doubt)
  },
})

/** Group 0 has a name in every /etc/iproute2/group. */
const groupField = (flag: string): MatchField => ({
  ...outer(flag, flag, (text) => readGroup(text, 'default')),
  save: (value) => (value === '0x0' ? 'default' : value),
  list: ({ value, negated }, style) => `${negated ? '! ' : ''}${flag} ${value === '0x0' && style === 'names' ? 'default' : value}`,
})

/** An interface has one group for all its packets. */
const devgroupTest = (info: DeclaredInfo): MatchTest => {
  const asked = JSON.stringify(info)
  return (skb) => unmodelled('devgroup', `the group of ${skb.in ?? skb.out ?? 'the interface'}`, `${asked} ${skb.in} ${skb.out}`)
}

/** xt_devgroup.c devgroup_mt. */
export const devgroup = declaredMatch({ name: 'devgroup', head: '', leads: ['src-group', 'dst-group'], fields: [groupField('src-group'), groupField('dst-group')], test: devgroupTest })

/** An Ethernet address in the lower half of an IPv6 one has ff:fe in its middle (ip6t_eui64.c eui64_mt6). */
export const eui64 = declaredMatch({
  name: 'eui64',
  head: 'eui64 ',
  unspaced: 'eui64',
  listedByLegacyOnly: true,
  fields: [],
  test: () => {
    const doubt = unmodelled('eui64', "the sender's Ethernet address", null)
    return ({ src }) => ((src.c & 0xff) === 0xff && src.d >>> 24 === 0xfe ? doubt : false)
  },
})

const ECN_MASK = 3

/** xt_ecn.c ecn_mt4: the bits of the IP header are known, those of TCP are not. */
function ecnTest(info: DeclaredInfo): MatchTest {
  const ect = info['ecn-ip-ect']
  const flags: Ternary = info['ecn-tcp-ece'] || info['ecn-tcp-cwr'] ? unmodelled('ecn', 'which ECN flags the TCP segment has', null) : true
  if (!ect) return () => flags
  return (skb) => and((skb.tos & ECN_MASK) === Number(ect.value) !== ect.negated, flags)
}

export const ecn = declaredMatch({
  name: 'ecn',
  head: 'ECN match',
  fields: [
    bare('ecn-tcp-ece', 'ECE', '!'),
    bare('ecn-tcp-cwr', 'CWR', '!'),
    { flag: 'ecn-ip-ect', read: upTo(3), list: ({ value, negated }) => `${negated ? '!' : ''}ECT=${value}`, listed: /(!)?ECT=(\d)/ },
  ],
  test: ecnTest,
  seen: (skb) => `ECT ${skb.tos & ECN_MASK}`,
})

/** xt_nfacct.c nfacct_mt: true unless the object has a quota. */
export const nfacct = declaredMatch({ name: 'nfacct', head: '', leads: ['nfacct-name'], fields: [{ ...outer('nfacct-name', 'nfacct-name ', word), listed: /nfacct-name +()?(\S+)/ }], test: unmodelledTest('nfacct', 'whether the accounting object has a quota') })

const NOT_SHOWN = { value: UNLISTED, negated: false }

/** xt_osf.c xt_osf_match_packet looks at SYN segments only. */
export const osf = declaredMatch({
  name: 'osf',
  head: '',
  leads: ['OS'],
  required: ['genre'],
  fields: [inner('genre', 'OS fingerprint match', word), hidden('ttl', upTo(2)), hidden('log', upTo(2))],
  unlisted: (info) => [{ ...info, ttl: NOT_SHOWN }, { ...info, log: NOT_SHOWN }, { ...info, ttl: NOT_SHOWN, log: NOT_SHOWN }],
  test: ({ genre }) => {
    const doubt = unmodelled('osf', `whether the sender runs ${genre?.value ?? ''}`, null)
    return (skb) => ((skb.tcpFlags & TcpFlag.SYN) === 0 ? false : genre?.negated ? not(doubt) : doubt)
  },
})

/** xt_tcpmss.c tcpmss_mt: only SYN segments carry the option, and without it a negated match holds. */
export const tcpmss = declaredMatch({
  name: 'tcpmss',
  head: '',
  leads: ['tcpmss'],
  fields: [cell('mss', 'tcpmss match ', range(65535))],
  test: ({ mss }) => {
    const doubt = unmodelled('tcpmss', "the segment's MSS option", null)
    const negated = mss?.negated ?? false
    return (skb) => ((skb.tcpFlags & TcpFlag.SYN) === 0 ? negated : negated ? not(doubt) : doubt)
  },
})

/** Every number in hex, no blanks (libxt_u32.c u32_dump). */
const readU32 = (text: string): string | null => {
  const plain = text.replace(/\s/g, '')
  if (!/^[0-9a-fx&|<>@=:,]+$/i.test(plain)) return null
  return plain.replace(/0x[0-9a-f]+|\d+/gi, (number) => `0x${(parseNumber(number) ?? 0).toString(16)}`)
}

/** xt_u32.c u32_mt. */
export const u32 = declaredMatch({
  name: 'u32',
  head: '',
  leads: ['u32'],
  fields: [{ flag: 'u32', read: readU32, save: alwaysQuoted, list: ({ value, negated }) => `u32 ${negated ? '! ' : ''}"${value}"`, listed: /u32 +(! +)?"([^"]*)"/ }],
  test: unmodelledTest('u32', "what the packet's words are"),
})
