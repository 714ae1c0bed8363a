import { isLoopback, printEndpoint } from '../../net/address.ts'
import { isOwnAddress } from '../../host/netns.ts'
import type { Netns } from '../../host/netns.ts'
import { isProxyProcess } from '../../proxy/meshProfile.ts'
import type { MeshProfile } from '../../proxy/meshProfile.ts'
import type { Outcome } from '../../world/outcome.ts'
import type { MappedRegion, RegionMap } from '../mapRegions.ts'
import type { Walker } from '../walker.ts'
import type { Finding } from './finding.ts'

/** What TCP connections show: one witness of a kind. */
export function walkedFindings(walker: Walker, { regions, cells }: RegionMap): readonly Finding[] {
  const usual = cells.filter((each) => isUsual(walker.profile, each))
  const atApp = usual.filter((each) => isToOwn(walker.netns, each))
  return [
    ...first(usual, (each) => outcomesOf(each).some(({ result }) => result === 'loop'), loops),
    ...first(atApp, (each) => outcomesOf(each).some((outcome) => outcome.captured && outcome.accepts.length === 0), lost),
    ...first(atApp, (each) => outcomesOf(each).some(({ captured, upstreams }) => captured && upstreams.some(({ result }) => result === 'timeout')), unanswered),
    ...escapes(walker.profile, regions.filter((each) => isUsual(walker.profile, each))),
  ]
}

/** Programs that mark their sockets, share just one of the proxy's ids, or dial 127.0.0.2, know what they do; so does who serves DNS beside a proxy that captures it. */
function isUsual({ uid, gid, capturePorts }: MeshProfile, { region: { kind }, witness }: MappedRegion): boolean {
  const half = kind.origin === 'local' && (witness.uid === uid) !== (witness.gid === gid) && witness.uid !== uid
  return witness.mark === 0 && !half && !isLoopback(witness.dst) && !(witness.dport === DNS && capturePorts.includes(CAPTURED_DNS))
}

const DNS = 53
const CAPTURED_DNS = 15053

const outcomesOf = ({ outcomes }: MappedRegion): readonly Outcome[] => outcomes.map(({ outcome }) => outcome)

/** One of a kind is enough. */
const first = (regions: readonly MappedRegion[], is: (region: MappedRegion) => boolean, finding: (region: MappedRegion) => Finding): readonly Finding[] => regions.filter(is).slice(0, 1).map(finding)

const witness = ({ witness: connection }: MappedRegion): Finding['proof'] => ({ kind: 'witness', connection })

const isToOwn = (netns: Netns, { region, witness: { dst } }: MappedRegion): boolean => region.kind.origin === 'remote' && !isLoopback(dst) && isOwnAddress(netns, dst)

const loops = (region: MappedRegion): Finding => ({
  code: 'proxy-loop', severity: 'error', message: 'the proxy\'s own connection is handed to the proxy again, without end', proof: witness(region),
  fix: 'let the proxy\'s user out before the rule that captures (-m owner --uid-owner 1337 -j RETURN)', span: null,
})

const lost = (region: MappedRegion): Finding => ({
  code: 'captured-and-lost', severity: 'warning', message: 'the rules hand connections to the proxy, and no socket of it takes them', proof: witness(region),
  fix: 'see that the proxy listens on the port the rules name (transparently, for TPROXY), and that its policy route is there', span: null,
})

const unanswered = (region: MappedRegion): Finding => ({
  code: 'app-never-answers', severity: 'warning', message: 'the proxy takes the connection, but its own dial to the app gets no answer', proof: witness(region),
  fix: 'see where the answer goes: the trace of this connection shows it', span: null,
})

/** Who leaves unseen while others are captured. */
function escapes({ uid, gid, mode }: MeshProfile, regions: readonly MappedRegion[]): readonly Finding[] {
  const leaves = regions.filter(({ region: { kind }, witness: made, outcomes }) => kind.origin === 'local' && made.uid !== uid && made.uid !== gid && made.gid !== gid && outcomes.some(({ outcome }) => outcome.accepts.some(({ remote }) => remote)))
  const free = leaves.filter(({ outcomes }) => outcomes.every(({ outcome }) => !outcome.captured && !outcome.accepts.some(({ process }) => isProxyProcess(process))))
  if (mode === null || mode === 'NONE' || free.length === leaves.length) return []
  return free.map((region): Finding => ({
    code: 'traffic-escapes', severity: 'info', message: `${region.region.fields.map(({ field, text }) => `${field} ${text}`).join(', ') || 'all of it'}: TCP leaves past the proxy (${printEndpoint(region.witness.dst, region.witness.dport)} for one)`, proof: witness(region),
    fix: 'meant so where ports or networks are excluded; else capture it', span: null,
  }))
}
