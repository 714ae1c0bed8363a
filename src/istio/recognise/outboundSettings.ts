import type { Family } from '../../net/address.ts'
import { found, less, orders } from './evidence.ts'
import type { Evidence } from './evidence.ts'
import { excludedInterfaces } from './inboundSettings.ts'
import type { Proposed } from './proposeSidecar.ts'

const EVERYTHING: Readonly<Record<Family, string>> = { 4: '0.0.0.0/0', 6: '::/0' }
const LOOPBACK_6 = '::1/128'

/** Which outbound connections are captured: the ways the rules may be meant. */
export function outboundSettings(evidence: Evidence): Proposed[] {
  const loopback = loopbackCidr(evidence)
  const excluded = less(evidence.all('nat', 'ISTIO_OUTPUT', /^-d (\S+) -j RETURN$/), [loopback ?? '127.0.0.1/32', LOOPBACK_6])
  const same = {
    loopbackCidr: loopback, outboundRangesExclude: excluded.join(',') || null,
    outboundPorts: evidence.all('nat', 'ISTIO_OUTPUT', /^-p tcp -m tcp --dport (\S+) -j ISTIO_REDIRECT$/).join(',') || null,
    outboundPortsExclude: evidence.all('nat', 'ISTIO_OUTPUT', /^-p tcp -m tcp --dport (\S+) -j RETURN$/).join(',') || null,
    noLoopbackRedirect: evidence.first('nat', 'ISTIO_OUTPUT', /(-j ISTIO_IN_REDIRECT)$/) === null ? 'true' : null,
  }
  return ranges(evidence).flatMap((outboundRanges) => virtualInterfaces(evidence, outboundRanges).map((kubeVirtInterfaces) => ({ ...same, outboundRanges, kubeVirtInterfaces })))
}

function loopbackCidr(evidence: Evidence): string | null {
  const texts = [...evidence.texts(4, 'nat', 'ISTIO_OUTPUT'), ...evidence.texts(4, 'mangle', 'ISTIO_TPROXY')]
  return found(texts, /^! -d (\S+) .*-j (?:ISTIO_IN_REDIRECT|TPROXY)\b/)[0] ?? found(texts, /^-d (127\.\S+) -j RETURN$/)[0] ?? null
}

/** A jump without a range is what '*' makes, and 0.0.0.0/0 too; only the latter is told by what stands beside it. */
function ranges(evidence: Evidence): (string | null)[] {
  const listed = evidence.shown.families.flatMap((family) => jumped(family, evidence.texts(family, 'nat', 'ISTIO_OUTPUT'), /^(?:-d (\S+) )?-j ISTIO_REDIRECT$/))
  const lists = orders([listed, insertedRanges(evidence)])
  const [all = []] = lists
  const everything = all.filter((range) => range === EVERYTHING[4] || range === EVERYTHING[6])
  const told = lists.map((list) => list.join(',') || null)
  if (everything.length === 0) return told
  const mixed = everything.length < all.length || everything.length < evidence.shown.families.length || evidence.first('nat', 'ISTIO_OUTPUT', /^(-j RETURN)$/) !== null
  return mixed ? ['*', ...told] : ['*']
}

/** The rules of virtual interfaces have the ranges in reverse order. */
const insertedRanges = (evidence: Evidence): string[] =>
  evidence.shown.families.flatMap((family) => [...new Set(jumped(family, evidence.texts(family, 'nat', 'PREROUTING'), /^(?:-d (\S+) )?-i \S+ -j ISTIO_REDIRECT$/))].reverse())

const jumped = (family: Family, texts: readonly string[], pattern: RegExp): string[] => texts.flatMap((text) => {
  const jump = pattern.exec(text)
  return jump ? [jump[1] ?? EVERYTHING[family]] : []
})

/** Each interface has a RETURN, and a jump for each captured range above it; the last one given stands first. */
function virtualInterfaces(evidence: Evidence, outboundRanges: string | null): (string | null)[] {
  const captured = evidence.all('nat', 'PREROUTING', /^(?:-d \S+ )?-i (\S+) -j ISTIO_REDIRECT$/)
  const returned = less(evidence.all('nat', 'PREROUTING', /^-i (\S+) -j RETURN$/), excludedInterfaces(evidence))
  const there = Math.max(...evidence.shown.families.map((family) => evidence.texts(family, 'nat', 'PREROUTING').length))
  return orders([[...new Set(captured)].reverse(), [...new Set(returned)].reverse()]).map((names) => {
    const made = names.length * (outboundRanges?.split(',').length ?? 1)
    return made > there ? null : names.join(',') || null
  })
}
