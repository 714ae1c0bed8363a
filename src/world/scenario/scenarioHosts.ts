import { printAddress } from '../../net/address.ts'
import type { Address, Family } from '../../net/address.ts'
import { saveHeading } from '../../ruleset/print.ts'
import { compileNetns } from '../../engine/kernel.ts'
import type { Netns } from '../../host/netns.ts'
import { argumentsFromAnnotations } from '../../istio/annotations.ts'
import { istioRules } from '../../istio/rules.ts'
import { resolveVersion } from '../../istio/version.ts'
import type { Diagnostic, Read } from '../../netfilter/diagnostic.ts'
import type { Ruleset } from '../../netfilter/ruleset.ts'
import { joinedConfigs, readEnvoyConfig } from '../../proxy/envoy/readEnvoyConfig.ts'
import type { MeshProfile } from '../../proxy/meshProfile.ts'
import type { MeshView } from '../../proxy/meshProxy.ts'
import type { MeshEndpoint, MeshService } from '../../proxy/meshService.ts'
import { profileAtVersion } from '../../proxy/profileAtVersion.ts'
import { detectProfile } from '../detectProfile.ts'
import { readRepaired } from '../readRepaired.ts'
import { kubeProxyRules } from './kubeProxyRules.ts'
import type { KubeProxyView } from './kubeProxyRules.ts'
import type { Scenario, ScenarioNode, ScenarioPod, ScenarioService } from './scenario.ts'
import { nodeNetns, outsideNetns, podNetns } from './scenarioNetns.ts'
import type { ScenarioHost } from './scenarioWalk.ts'

/** The hosts of a scenario: rules made or read, programs in place. */
export function scenarioHosts(scenario: Scenario): Read<readonly ScenarioHost[]> {
  const diagnostics: Diagnostic[] = []
  const services = scenario.services.map((service) => meshService(scenario, service))
  const view = (own: ScenarioPod | null): MeshView => ({
    services, externals: scenario.externals, own: own ? [own.address] : [], ingress: own?.ingress ?? [], forwardedFor: own?.forwardedFor ?? 'keep', trustedHops: own?.trustedHops ?? 0, sniVerifier: own?.sniVerifier ?? 'unused', outboundTrafficPolicy: scenario.outboundTrafficPolicy, release: resolveVersion(scenario.istio)?.version ?? NEWEST,
  })
  const host = (netns: Netns, profile: MeshProfile | null, own: ScenarioPod | null): ScenarioHost => ({ name: netns.name, fixed: compileNetns(netns), profile, view: view(own) })
  return {
    value: [
      ...scenario.pods.map((pod) => {
        const rulesets = podRules(scenario, pod, diagnostics)
        const profile = configured(profileOfPod(scenario, rulesets), pod, diagnostics)
        return host(podNetns(pod, rulesets, profile), profile, pod)
      }),
      ...scenario.nodes.map((node) => host(nodeNetns(node, scenario.pods, nodeRules(scenario, node, diagnostics)), null, null)),
      ...scenario.outside.map((each) => host(outsideNetns(each), null, null)),
    ],
    diagnostics,
  }
}

function meshService(scenario: Scenario, { name: full, clusterIp, ports, pods, outside, split }: ScenarioService): MeshService {
  const [name = full, namespace = 'default'] = full.split('.')
  // Between sidecars without being asked from 1.5 on (auto mTLS, 1.5 release notes).
  const secured = (resolveVersion(scenario.istio)?.version ?? NEWEST).minor >= 5
  const endpoints = (names: readonly string[]): MeshEndpoint[] => scenario.pods.filter((pod) => names.includes(pod.name)).map(({ address, sidecar, rules }) => ({ address, transport: secured && (sidecar !== null || rules !== null) ? 'mutualTls' : 'plain' }))
  const outsiders = scenario.outside.filter((host) => outside.includes(host.name)).map(({ address }): MeshEndpoint => ({ address, transport: 'plain' }))
  return { name, namespace, addresses: clusterIp ? [clusterIp] : [], ports, endpoints: [...endpoints(pods), ...outsiders], split: split.map(({ subset, weight, pods: own }) => ({ name: subset, weight, endpoints: endpoints(own) })) }
}

const NEWEST = { major: 1, minor: 99, patch: 0 }

/** The rules of a dump; none, and said so, where it has none. */
function rulesOf(text: string, of: string, diagnostics: Diagnostic[]): readonly Ruleset[] {
  const { value, diagnostics: said } = readRepaired([{ name: of, text }])
  diagnostics.push(...said)
  return value.states[0]?.rulesets ?? []
}

function podRules(scenario: Scenario, pod: ScenarioPod, diagnostics: Diagnostic[]): readonly Ruleset[] {
  if (pod.rules !== null) return rulesOf(pod.rules, `rules of ${pod.name}`, diagnostics)
  if (pod.sidecar === null) return []
  const annotations = { 'sidecar.istio.io/interceptionMode': pod.sidecar, ...pod.annotations }
  const injected = argumentsFromAnnotations({ version: scenario.istio, annotations, through: 'init' })
  diagnostics.push(...injected.diagnostics)
  const { args = [], env = {} } = injected.value ?? {}
  return ([4, 6] as const).flatMap((family) => {
    const made = istioRules({ version: scenario.istio, family, args, env, podIps: [printAddress(pod.address)], nameservers: scenario.nameservers })
    if (family === pod.address.family) diagnostics.push(...made.diagnostics)
    return made.value ? [made.value.ruleset] : []
  })
}

function profileOfPod(scenario: Scenario, rulesets: readonly Ruleset[]): MeshProfile | null {
  const profile = detectProfile(rulesets, null)
  const version = resolveVersion(scenario.istio)?.version
  return profile.mode === null ? null : version ? profileAtVersion(profile, version) : profile
}

/** The profile with the configuration that is shown of this pod's proxy. */
function configured(profile: MeshProfile | null, { name, envoy }: ScenarioPod, diagnostics: Diagnostic[]): MeshProfile | null {
  if (profile === null || envoy === null) return profile
  const { value, diagnostics: said } = readEnvoyConfig(`envoy of ${name}`, envoy)
  diagnostics.push(...said)
  return { ...profile, configuration: joinedConfigs([value]) }
}

function nodeRules(scenario: Scenario, node: ScenarioNode, diagnostics: Diagnostic[]): readonly Ruleset[] {
  if (node.rules !== null) return rulesOf(node.rules, `rules of ${node.name}`, diagnostics)
  if (scenario.services.length === 0 && node.filter.length === 0) return []
  return ([4, 6] as const).filter((family) => scenario.pods.some(({ address }) => address.family === family)).flatMap((family) => rulesOf(`${saveHeading(family)}${kubeProxyRules(viewOf(scenario, node, family))}`, `kube-proxy of ${node.name}`, diagnostics))
}

function viewOf({ services, pods, outside, podCidr }: Scenario, node: ScenarioNode, family: Family): KubeProxyView {
  const addresses = (hosts: readonly { readonly address: Address }[]): string[] => hosts.filter(({ address }) => address.family === family).map(({ address }) => printAddress(address))
  return {
    family, services, podCidr: podCidr !== null && podCidr.includes(':') === (family === 6) ? podCidr : null, filter: node.filter.filter((rule) => rule.includes('::') === (family === 6)),
    endpoints: (service) => {
      const behind = pods.filter(({ name }) => service.pods.includes(name))
      return { all: addresses([...behind, ...outside.filter(({ name }) => service.outside.includes(name))]), local: addresses(behind.filter((pod) => pod.node === node.name)) }
    },
  }
}
