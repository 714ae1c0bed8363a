import { FLAGS } from '../flags.ts'
import { less, merged, orders } from './evidence.ts'
import type { Evidence } from './evidence.ts'
import type { Proposed } from './proposeSidecar.ts'

const RETURNED = /^-p tcp -m tcp --dport (\S+) -j RETURN$/

/** Which inbound ports are captured, and how: the ways the rules may be meant. */
export function inboundSettings(evidence: Evidence): Proposed[] {
  const interfaces = excludedInterfaces(evidence).join(',') || null
  return modes(evidence).flatMap((mode) =>
    capturedPorts(evidence, mode).flatMap((inboundPorts) =>
      tunnelPorts(evidence).flatMap((inboundTunnelPort) =>
        excludedPorts(evidence, mode, inboundTunnelPort).map((inboundPortsExclude) => ({ mode: mode === 'TPROXY' ? mode : null, inboundTunnelPort, inboundPorts, inboundPortsExclude, excludeInterfaces: interfaces })),
      ),
    ),
  )
}

/** Interfaces that are left alone either way. */
export const excludedInterfaces = (evidence: Evidence): string[] => merged([evidence.all('nat', 'OUTPUT', /^-o (\S+) -j RETURN$/), evidence.all('mangle', 'OUTPUT', /^-o (\S+) -j RETURN$/)])

type Interception = 'TPROXY' | 'REDIRECT'

/** Without the chain of TPROXY, what stands in mangle may be of either mode or of somebody else. */
function modes(evidence: Evidence): Interception[] {
  if (evidence.has('mangle', 'ISTIO_TPROXY')) return ['TPROXY']
  if (!evidence.shows('mangle')) return jumps(evidence, 'nat') ? ['REDIRECT'] : ['REDIRECT', 'TPROXY']
  return evidence.chainsOf('mangle').some(({ rules }) => rules.length > 0) ? ['TPROXY', 'REDIRECT'] : ['REDIRECT']
}

const jumps = (evidence: Evidence, table: 'mangle' | 'nat'): boolean => evidence.first(table, 'PREROUTING', /^(-p tcp) -j ISTIO_INBOUND$/) !== null

const tableOf = (mode: Interception): 'mangle' | 'nat' => (mode === 'TPROXY' ? 'mangle' : 'nat')

/** Without a jump to the chain nothing is captured, or the jump is what is missing. */
function capturedPorts(evidence: Evidence, mode: Interception): (string | null)[] {
  const table = tableOf(mode)
  const portsTo = (target: string): string[] => evidence.all(table, 'ISTIO_INBOUND', new RegExp(`^-p tcp -m tcp --dport (\\S+) (?:-m .*)?-j ${target}$`))
  const everything = evidence.first(table, 'ISTIO_INBOUND', /^(-p tcp) -j (?:ISTIO_IN_REDIRECT|ISTIO_TPROXY)$/) !== null
  const ports = orders([portsTo('ISTIO_IN_REDIRECT'), portsTo('ISTIO_TPROXY'), [...new Set(portsTo('ISTIO_DIVERT'))]]).map((list) => list.join(',')).filter((list) => list !== '')
  const captured = everything || ports.length === 0 ? ['*'] : ports
  if (jumps(evidence, table) || !evidence.has(table, 'PREROUTING')) return captured
  return everything || ports.length > 0 ? [null, ...captured] : [null]
}

/** The owner rules name the tunnel port from 1.18; before, it is the first one spared in nat, if it is spared at all. */
function tunnelPorts(evidence: Evidence): (string | null)[] {
  const named = evidence.first('nat', 'ISTIO_OUTPUT', /! --dport (\d+) -m owner --gid-owner \S+ -j ISTIO_IN_REDIRECT$/)
  if (named !== null) return [named]
  return [...new Set([usual, evidence.first('nat', 'ISTIO_INBOUND', RETURNED) ?? usual])]
}

const usual = FLAGS.find(({ key }) => key === 'inboundTunnelPort')?.initial ?? null

/** Of the ports that are spared, one may be the tunnel's and one ssh's; those of nat and mangle are told apart by the mode. */
function excludedPorts(evidence: Evidence, mode: Interception, tunnel: string | null): (string | null)[] {
  const spared = evidence.all(tableOf(mode), 'ISTIO_INBOUND', RETURNED)
  const given = mode === 'TPROXY' || tunnel === null ? spared : less(spared, [tunnel])
  return [...new Set([less(given, ['22']), given].map((ports) => ports.join(',')))].map((ports) => ports || null)
}
