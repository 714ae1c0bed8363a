import { isAnyAddress, printEndpoint } from '../net/address.ts'
import { Protocol } from '../net/protocol.ts'
import type { HostFacts } from '../host/hostFacts.ts'
import type { Listener } from '../host/netns.ts'
import type { RuleState } from '../host/ruleState.ts'
import type { Connection } from './connection.ts'
import type { MeshProfile } from '../proxy/meshProfile.ts'
import type { Recognised } from '../istio/recognise/recognised.ts'
import { releasesThatFit } from '../istio/recognise/releasesThatFit.ts'
import { resolveVersion } from '../istio/version.ts'
import type { EnvoyCluster } from '../proxy/envoy/envoyConfig.ts'
import { dialOfCluster, inboundPortOf } from '../proxy/inboundClusters.ts'
import { profileAtVersion } from '../proxy/profileAtVersion.ts'
import { detectProfile } from './detectProfile.ts'
import { onceFor } from '../ruleset/onceFor.ts'
import type { Assumption } from './outcome.ts'
import type { Question } from './question.ts'

/** A profile, and what was taken for granted of it. */
export interface KnownProfile {
  readonly profile: MeshProfile
  readonly assumptions: readonly Assumption[]
}

/** The mesh's profile with what the Istio version, or the proxy's own configuration, changes of it. */
export function profileOf(question: Question): KnownProfile {
  const { given: { envoy }, connection } = question
  const known = versionedProfile(question)
  if (!envoy || (known.profile.mode !== 'REDIRECT' && known.profile.mode !== 'TPROXY')) return known
  const dialled = connection.origin === 'remote' ? withClusters(known, envoy.clusters.filter((cluster) => inboundPortOf(cluster) === connection.dport)) : known
  return { ...dialled, profile: { ...dialled.profile, configuration: envoy } }
}

function withClusters(known: KnownProfile, clusters: readonly EnvoyCluster[]): KnownProfile {
  const { profile, assumptions } = known
  const [cluster] = clusters
  if (!cluster) return known
  const dial = dialOfCluster(cluster, profile.inbound)
  const agreed = clusters.every((each) => JSON.stringify(dialOfCluster(each, profile.inbound)) === JSON.stringify(dial))
  if (!dial || !agreed) return { profile, assumptions: [...assumptions, { code: 'assume-cluster-dial', message: `${agreed ? `how cluster ${cluster.name} dials is not understood` : `the clusters shown for port ${inboundPortOf(cluster)} do not agree`}: the proxy is taken to dial as its version does` }] }
  // A table tells what is dialled, and not from where.
  const told = cluster.bind !== 'unshown' || dial.to === 'localhost' || dial.from.kind === 'client'
  return { profile: { ...profile, inbound: dial }, assumptions: told ? assumptions.filter(({ code }) => code !== 'assume-istio-version' && code !== 'assume-service-port') : assumptions }
}

function versionedProfile({ state, facts, given, connection }: Question): KnownProfile {
  const detected = detectedIn(state)(facts)
  if (detected.mode === 'AMBIENT') return withTunnel(detected, facts, connection)
  if (detected.mode === null) return { profile: detected, assumptions: [] }
  if (detected.mesh !== null && detected.mesh !== 'Istio') return { profile: detected, assumptions: [otherMesh(detected.mesh)] }
  if (given.istioVersion === null) return { profile: detected, assumptions: newer(detected, given.recognised ?? null) }
  const version = resolveVersion(given.istioVersion)?.version
  if (!version) return { profile: detected, assumptions: [NEWER] }
  const profile = profileAtVersion(detected, version)
  return { profile, assumptions: profile.inbound.to === 'localhost' ? [SERVICE_PORT] : [] }
}

const detectedIn = onceFor(({ rulesets }: RuleState) => onceFor(({ listeners }: HostFacts) =>
  detectProfile(rulesets, listeners?.map((socket): Listener => ({ ...socket, uid: socket.uid ?? 0, gid: socket.gid ?? 0, process: socket.process ?? '' })) ?? null)))

const UP_TO_NINE = 'up to 1.9 the app behind a Service port is dialled as 127.0.0.1 and sees 127.0.0.1 (--istio VERSION tells it)'

const NEWER: Assumption = { code: 'assume-istio-version', message: `the proxy is of Istio 1.10 or newer; ${UP_TO_NINE}` }

const NEWER_THAN_RULES: Assumption = { code: 'assume-istio-version', message: `the proxy is taken to be of Istio 1.10 or newer, though its rules are of an older one; ${UP_TO_NINE}` }

/** The rules tell the version where they are as Istio makes them, and every version that makes them has this profile. */
function newer(detected: MeshProfile, recognised: Recognised | null): Assumption[] {
  const releases = recognised ? fittingReleases(recognised) : []
  const same = releases.filter((release) => sameProxy(profileAtVersion(detected, release), detected))
  if (releases.length > 0 && same.length === releases.length) return []
  return [releases.length > 0 && same.length === 0 ? NEWER_THAN_RULES : NEWER]
}

const fittingReleases = onceFor(releasesThatFit)

const sameProxy = (one: MeshProfile, other: MeshProfile): boolean => one.inbound === other.inbound && one.refuses === other.refuses

const otherMesh = (mesh: string): Assumption => ({ code: 'assume-mesh-dial', message: `the proxy of ${mesh} dials the app as its documentation says (docs/meshes.md); this was not compared with a running one` })

const SERVICE_PORT: Assumption = {
  code: 'assume-service-port',
  message: 'the port belongs to a Service, so Envoy dials 127.0.0.1 (up to Istio 1.9); other ports keep their address and the app sees 127.0.0.6',
}

/** What a tunnelled connection is for stands inside it: the app's port is taken, the first the app opened where `ss` shows several. */
function withTunnel(profile: MeshProfile, facts: HostFacts, { dst, dport }: Connection): KnownProfile {
  if (!profile.tunnel || dport !== profile.tunnel.port) return { profile, assumptions: [] }
  const own = [...profile.capturePorts, ...profile.ownPorts]
  const apps = (facts.listeners ?? []).filter(({ port, protocol, address }) => protocol === Protocol.tcp && !own.includes(port) && isAnyAddress(address))
  const [app] = [...apps].sort((x, y) => (x.fd ?? 0) - (y.fd ?? 0))
  if (!app) return { profile, assumptions: [] }
  const message = `the tunnel on ${dport} carries a connection to ${printEndpoint(dst, app.port)}: where it really goes stands inside it`
  return { profile: { ...profile, tunnel: { ...profile.tunnel, to: { address: dst, port: app.port } } }, assumptions: [{ code: 'assume-tunnel-target', message }] }
}
