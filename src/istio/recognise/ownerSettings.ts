import { less, orders } from './evidence.ts'
import type { Evidence } from './evidence.ts'
import type { Proposed } from './proposeSidecar.ts'

/** Whose connections are spared: the proxy's, and those of groups. */
export const ownerSettings = (evidence: Evidence): Proposed[] =>
  idsOf(evidence, 'uid').flatMap((uids) => idsOf(evidence, 'gid').map((gids) => ({ proxyUid: uids.join(',') || null, proxyGid: gids.join(',') || null, ...groups(evidence, gids) })))

/** A proxy's id stands in several rules; the one that sends it to the inbound side is no other's. */
function idsOf(evidence: Evidence, kind: 'uid' | 'gid'): string[][] {
  const id = `--${kind}-owner (\\S+)`
  const redirected = evidence.all('nat', 'ISTIO_OUTPUT', new RegExp(`-m owner ${id} -j ISTIO_IN_REDIRECT$`))
  const notReturned = evidence.all('nat', 'ISTIO_OUTPUT', new RegExp(`-o lo .*-m owner ! ${id} -j RETURN$`))
  if (redirected.length + notReturned.length > 0) return orders([redirected, notReturned])
  const elsewhere = [evidence.all('mangle', 'OUTPUT', new RegExp(`-m owner ${id} -j MARK `)), ...['OUTPUT', 'ISTIO_OUTPUT', 'ISTIO_OUTPUT_DNS'].map((chain) => evidence.all('raw', chain, new RegExp(`-m owner ${id} -j CT --zone 1$`)))]
  return orders([evidence.all('nat', 'ISTIO_OUTPUT', new RegExp(`^-m owner ${id} -j RETURN$`)), ...elsewhere])
}

/** Groups whose connections are left alone, or alone captured. */
function groups(evidence: Evidence, gids: readonly string[]): Proposed {
  const [captured] = evidence.all('nat', 'ISTIO_OUTPUT', /^((?:-m owner ! --gid-owner \S+ )+)-j RETURN$/)
  if (captured !== undefined) return { ownerGroups: [...captured.matchAll(/--gid-owner (\S+)/g)].map(([, gid]) => gid).join(',') }
  if (nobodyCaptured(evidence)) return { ownerGroups: '' }
  const excluded = less(evidence.all('nat', 'ISTIO_OUTPUT', /^-m owner --gid-owner (\S+) -j RETURN$/), gids)
  return { ownerGroupsExclude: excluded.join(',') || null }
}

/** An empty list of groups makes a RETURN for everybody, above those for ranges. */
function nobodyCaptured(evidence: Evidence): boolean {
  return evidence.shown.families.some((family) => {
    const texts = evidence.texts(family, 'nat', 'ISTIO_OUTPUT')
    const at = texts.indexOf('-j RETURN')
    return at >= 0 && texts.slice(at).some((text) => /^-d \S+ -j RETURN$/.test(text))
  })
}
