import { because } from '../configuration.ts'
import type { Given } from '../configuration.ts'
import { items } from './section.ts'
import type { Section } from './section.ts'

/** Which inbound ports are captured (run.go handleInboundPortsInclude). */
export function inbound(section: Section): void {
  const { config, rules, tproxy } = section
  const setting = config.text.inboundPorts
  if (setting.value === '') return
  if (tproxy) tproxyChains(section)
  rules.logged('JumpInbound').append(tproxy ? 'mangle' : 'nat', 'PREROUTING', '-p tcp -j ISTIO_INBOUND', because('inbound connections are captured', setting))
  if (setting.value === '*') allPorts(section, setting)
  else for (const port of items(setting.value, section.behaviour)) listedPort(section, port, setting)
}

function tproxyChains({ config, behaviour, rules, loopback }: Section): void {
  const { tproxyMark: mark, proxyPort, inboundCapturePort, mode } = config.text
  const port = behaviour.has('tproxy-to-proxy-port') ? proxyPort : inboundCapturePort
  const why = because('packets of known connections are marked, so that the routing table of TPROXY hands them to lo', mode)
  rules.append('mangle', 'ISTIO_DIVERT', `-j MARK --set-mark ${mark.value}`, why)
  rules.append('mangle', 'ISTIO_DIVERT', '-j ACCEPT', why)
  rules.append('mangle', 'ISTIO_TPROXY', `! -d ${loopback} -p tcp -j TPROXY --tproxy-mark ${mark.value}/0xffffffff --on-port ${port.value}`, because('new connections are handed to Envoy with their addresses as they are', mode))
}

function allPorts({ config, behaviour, rules, tproxy, reduced }: Section, all: Given<string>): void {
  const table = tproxy ? 'mangle' : 'nat'
  const excluded = config.text.inboundPortsExclude
  if (behaviour.has('ssh-return')) rules.append(table, 'ISTIO_INBOUND', '-p tcp --dport 22 -j RETURN', because('ssh is never captured by this version', all))
  for (const port of items(excluded.value, behaviour)) {
    rules.logged('ExcludeInboundPort').append(table, 'ISTIO_INBOUND', `-p tcp --dport ${port} -j RETURN`, because('this inbound port is left alone', excluded))
  }
  const why = because('all other inbound ports are captured', all)
  if (tproxy) {
    rules.append('mangle', 'ISTIO_INBOUND', `-p tcp ${behaviour.has('tproxy-socket-match') ? '-m socket' : ESTABLISHED} -j ISTIO_DIVERT`, why)
    rules.append('mangle', 'ISTIO_INBOUND', '-p tcp -j ISTIO_TPROXY', why)
  } else if (!(reduced && behaviour.has('v6-catch-all-missing'))) rules.append('nat', 'ISTIO_INBOUND', '-p tcp -j ISTIO_IN_REDIRECT', why)
}

const ESTABLISHED = '-m conntrack --ctstate RELATED,ESTABLISHED'

function listedPort({ behaviour, rules, tproxy }: Section, port: string, list: Given<string>): void {
  const log = rules.logged('IncludeInboundPort')
  const why = because('this inbound port is captured', list)
  if (!tproxy) {
    log.append('nat', 'ISTIO_INBOUND', `-p tcp --dport ${port} -j ISTIO_IN_REDIRECT`, why)
    return
  }
  const known = behaviour.has('tproxy-socket-match') ? ['-m socket', '-m socket'] : [ESTABLISHED]
  for (const match of known) log.append('mangle', 'ISTIO_INBOUND', `-p tcp --dport ${port} ${match} -j ISTIO_DIVERT`, why)
  log.append('mangle', 'ISTIO_INBOUND', `-p tcp --dport ${port} -j ISTIO_TPROXY`, why)
}
