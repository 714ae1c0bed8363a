import { describe, expect, it } from 'vitest'
import { ambientFromAnnotations } from '../../src/istio/ambient/ambientAnnotations.ts'
import { argumentsFromAnnotations } from '../../src/istio/annotations.ts'
import type { AnnotatedPod } from '../../src/istio/annotations.ts'
import { istioRules } from '../../src/istio/rules.ts'

const TRAFFIC = 'traffic.sidecar.istio.io'

const injected = (annotations: AnnotatedPod['annotations'], version = '1.30.0') => argumentsFromAnnotations({ version, annotations, through: 'init' })

const plugged = (annotations: AnnotatedPod['annotations'], proxyMetadata: Record<string, string> = {}) =>
  argumentsFromAnnotations({ version: '1.30.0', annotations, through: 'cni', proxyMetadata })

/** The value after a flag. */
const after = (read: ReturnType<typeof injected>, flag: string): string | undefined => {
  const args = read.value?.args ?? []
  return args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined
}

describe('the init container', () => {
  it('of a pod without annotations captures everything', () => {
    expect(injected({}).value?.args.join(' ')).toBe('-p 15001 -z 15006 -u 1337 -m REDIRECT -i * -x  -b * -d 15090,15021,15020')
  })

  it('leaves alone what each version\'s template says', () => {
    expect(['1.4', '1.5', '1.6', 'latest'].map((version) => after(injected({}, version), '-d'))).toEqual(['15020', '15090,15020', '15090,15021,15020', '15090,15021,15020'])
  })

  it('puts the status port last, unless it is listed or off', () => {
    const exclude = (ports: string, status: Record<string, string> = {}) => after(injected({ [`${TRAFFIC}/excludeInboundPorts`]: ports, ...status }), '-d')
    expect(exclude('8080')).toBe('15090,15021,8080,15020')
    expect(exclude('15020,8080')).toBe('15090,15021,15020,8080')
    expect(exclude('', { 'status.sidecar.istio.io/port': '0' })).toBe('15090,15021')
  })

  it('gets -q, -o, -k and -c only from an annotation, -c from 1.15', () => {
    const annotations = { [`${TRAFFIC}/excludeOutboundPorts`]: '3306', [`${TRAFFIC}/excludeInterfaces`]: 'eth1' }
    expect(after(injected(annotations), '-o')).toBe('3306')
    expect(after(injected(annotations), '-c')).toBe('eth1')
    expect(injected(annotations, '1.14.0')).toMatchObject({ diagnostics: [{ code: 'istio-annotation-unknown' }] })
    expect(after(injected(annotations, '1.14.0'), '-c')).toBeUndefined()
  })

  it('gets proxyMetadata as its environment, and the mode of proxy.istio.io/config', () => {
    const read = injected({ 'proxy.istio.io/config': 'interceptionMode: TPROXY\nproxyMetadata:\n  ISTIO_META_DNS_CAPTURE: "true"\n' })
    expect(read.value?.env).toEqual({ ISTIO_META_DNS_CAPTURE: 'true' })
    expect(after(read, '-m')).toBe('TPROXY')
  })

  it('is not there with interception mode NONE', () => {
    expect(injected({ 'sidecar.istio.io/interceptionMode': 'NONE' })).toMatchObject({ value: null, diagnostics: [{ code: 'istio-interception-none' }] })
  })

  it('says which annotation made an argument', () => {
    expect(injected({ [`${TRAFFIC}/includeInboundPorts`]: '80,81' }).value?.annotated).toEqual({ '-b 80,81': `${TRAFFIC}/includeInboundPorts: 80,81` })
  })

  it('has rules that name the annotation', () => {
    const { value } = injected({ [`${TRAFFIC}/excludeInboundPorts`]: '8080' })
    const answer = istioRules({ version: '1.30.0', family: 4, ...value })
    const rules = answer.value?.ruleset.tables.flatMap(({ chains }) => chains.flatMap((chain) => chain.rules)) ?? []
    expect(rules.find((rule) => rule.text?.includes('--dport 8080 '))?.because).toEqual({
      note: 'this inbound port is left alone', argument: `-d 15090,15021,8080,15020 (${TRAFFIC}/excludeInboundPorts: 8080)`,
    })
  })
})

describe('the CNI plugin', () => {
  it('spares outbound 15020 too, by a default meant for inbound', () => {
    expect(plugged({}).value?.args.join(' ')).toBe('-p 15001 -u 1337 -m REDIRECT -i * -x  -b * -d 15020,15021,15090 -o 15020')
  })

  it('adds its ports behind, each once', () => {
    expect(after(plugged({ [`${TRAFFIC}/excludeInboundPorts`]: '8080,15021' }), '-d')).toBe('8080,15021,15020,15090')
  })

  it('captures DNS to every server', () => {
    expect(plugged({}, { ISTIO_META_DNS_CAPTURE: 'true', INVALID_DROP: 'true' }).value).toMatchObject({ env: {}, args: expect.arrayContaining(['--redirect-dns', '--capture-all-dns', '--drop-invalid']) })
  })

  it('prefers istio.io/reroute-virtual-interfaces', () => {
    expect(after(plugged({ 'istio.io/reroute-virtual-interfaces': 'net1', [`${TRAFFIC}/kubevirtInterfaces`]: 'net2' }), '-k')).toBe('net1')
  })

  it('fails on what it cannot read', () => {
    for (const annotations of [{ [`${TRAFFIC}/includeOutboundIPRanges`]: '10.0.0.1' }, { [`${TRAFFIC}/includeInboundPorts`]: '80,' }, { 'sidecar.istio.io/interceptionMode': 'NONE' }]) {
      expect(plugged(annotations)).toMatchObject({ value: null, diagnostics: [{ code: 'istio-bad-annotation', severity: 'error' }] })
    }
  })
})

it('the annotations of an ambient pod change its configuration, unless they are no bool', () => {
  expect(ambientFromAnnotations({ 'ambient.istio.io/bypass-inbound-capture': 'true', 'istio.io/reroute-virtual-interfaces': 'net1, net2', 'ambient.istio.io/dns-capture': 'false' }))
    .toEqual({ ingressMode: true, virtualInterfaces: ['net1', 'net2'], podDns: 'disabled' })
  expect(ambientFromAnnotations({ 'ambient.istio.io/dns-capture': 'perhaps' })).toEqual({})
})
