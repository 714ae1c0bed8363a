import type { MatchExtension, TargetExtension } from './extension.ts'
import { addrtype } from './matches/addrtype.ts'
import { cgroup } from './matches/cgroup.ts'
import { comment } from './matches/comment.ts'
import { connbytes } from './matches/connbytes.ts'
import { connlimit } from './matches/connlimit.ts'
import { connmark } from './matches/connmark.ts'
import { conntrack } from './matches/conntrack.ts'
import { cpu } from './matches/cpu.ts'
import { dccp } from './matches/dccp.ts'
import { bpf, cluster, connlabel, devgroup, ecn, eui64, nfacct, osf, tcpmss as tcpmssMatch, u32 } from './matches/declared.ts'
import { dscp } from './matches/dscp.ts'
import { ah, dst, esp, hbh, ipcomp, ipv6header, mh, rt, srh } from './matches/extensionHeaders.ts'
import { frag } from './matches/frag.ts'
import { hashlimit } from './matches/hashlimit.ts'
import { helper } from './matches/helper.ts'
import { hl } from './matches/hl.ts'
import { icmp } from './matches/icmp.ts'
import { icmp6 } from './matches/icmp6.ts'
import { iprange } from './matches/iprange.ts'
import { length } from './matches/length.ts'
import { limit } from './matches/limit.ts'
import { mac } from './matches/mac.ts'
import { mark } from './matches/mark.ts'
import { multiport } from './matches/multiport.ts'
import { owner } from './matches/owner.ts'
import { physdev } from './matches/physdev.ts'
import { pkttype } from './matches/pkttype.ts'
import { policy } from './matches/policy.ts'
import { quota } from './matches/quota.ts'
import { rateest } from './matches/rateest.ts'
import { realm } from './matches/realm.ts'
import { recent } from './matches/recent.ts'
import { rpfilter } from './matches/rpfilter.ts'
import { sctp } from './matches/sctp.ts'
import { set } from './matches/set.ts'
import { socket } from './matches/socket.ts'
import { state } from './matches/state.ts'
import { statistic } from './matches/statistic.ts'
import { string } from './matches/string.ts'
import { tcp } from './matches/tcp.ts'
import { time } from './matches/time.ts'
import { tos } from './matches/tos.ts'
import { ttl } from './matches/ttl.ts'
import { udp } from './matches/udp.ts'
import { connmark as connmarkTarget } from './targets/connmark.ts'
import { mark as markTarget } from './targets/mark.ts'
import { ct } from './targets/ct.ts'
import { audit, checksum, classify, clusterip, connsecmark, dnpt, idletimer, led, nflog, nfqueue, queue, secmark, snpt, synproxy, tcpmss, tcpoptstrip, tee, ulog } from './targets/declared.ts'
import { dnat } from './targets/dnat.ts'
import { dscp as dscpTarget } from './targets/dscp.ts'
import { ecn as ecnTarget } from './targets/ecn.ts'
import { hl as hlTarget } from './targets/hl.ts'
import { hmark } from './targets/hmark.ts'
import { log } from './targets/log.ts'
import { masquerade } from './targets/masquerade.ts'
import { netmap } from './targets/netmap.ts'
import { notrack } from './targets/notrack.ts'
import { rateest as rateestTarget } from './targets/rateest.ts'
import { redirect } from './targets/redirect.ts'
import { reject } from './targets/reject.ts'
import { set as setTarget } from './targets/set.ts'
import { snat } from './targets/snat.ts'
import { tos as tosTarget } from './targets/tos.ts'
import { tproxy } from './targets/tproxy.ts'
import { trace } from './targets/trace.ts'
import { ttl as ttlTarget } from './targets/ttl.ts'
import { accept, drop, returns } from './targets/verdicts.ts'

/** The only list of matches there is. */
export const MATCHES: readonly MatchExtension<unknown>[] = [
  addrtype, ah, bpf, cgroup, cluster, comment, connbytes, connlabel, connlimit, connmark, conntrack, cpu, dccp,
  devgroup, dscp, dst, ecn, esp, eui64, frag, hashlimit, hbh, helper, hl, icmp, icmp6, ipcomp, iprange, ipv6header,
  length, limit, mac, mark, mh, multiport, nfacct, osf, owner, physdev, pkttype, policy, quota, rateest, realm,
  recent, rpfilter, rt, sctp, set, socket, srh, state, statistic, string, tcp, tcpmssMatch, time, tos, ttl, u32, udp,
]

/** The only list of targets there is. */
export const TARGETS: readonly TargetExtension<unknown>[] = [
  accept, drop, returns,
  connmarkTarget, ct, dnat, dscpTarget, hlTarget, log, markTarget, masquerade, netmap, notrack, redirect, reject, snat, tosTarget, tproxy, trace, ttlTarget,
  audit, checksum, classify, clusterip, connsecmark, dnpt, idletimer, led, nflog, nfqueue, queue, secmark, snpt, synproxy, tcpmss, tcpoptstrip, tee, ulog,
  ecnTarget, hmark, rateestTarget, setTarget,
]

const matches = new Map(MATCHES.flatMap((match) => [match.name, ...(match.aliases ?? [])].map((name): [string, MatchExtension<unknown>] => [name, match])))
const targets = new Map(TARGETS.map((target) => [target.name, target]))
const listed = new Map(TARGETS.map(({ name, listedAs = name }) => [listedAs, TARGETS.filter((target) => (target.listedAs ?? target.name) === listedAs)]))

export const matchExtension = (name: string): MatchExtension<unknown> | null => matches.get(name) ?? null

export const targetExtension = (name: string): TargetExtension<unknown> | null => targets.get(name) ?? null

/** The targets that stand under this name in a listing's target column. */
export const listedTargets = (name: string): readonly TargetExtension<unknown>[] => listed.get(name) ?? []
