import type { Family } from '../../net/address.ts'
import type { Behaviour } from '../changes.ts'
import type { IstioConfig } from '../configuration.ts'

/** The `ip` commands that go with the rules; from 1.12 the tool does the same by netlink (tools/common/tproxy/run_linux.go). */
export function routes(config: IstioConfig, behaviour: Behaviour, family: Family): string[] {
  const netlink = behaviour.has('routes-by-netlink')
  if (netlink && config.on.dryRun.value) return []
  if (family === 6 && !config.ipv6.value) return []
  const address = family === 6 ? ['ip -6 addr add ::6/128 dev lo'] : []
  const { mode, inboundPorts, tproxyMark, tproxyTable } = config.text
  if (mode.value !== 'TPROXY' || inboundPorts.value === '' || (family === 6 && !netlink)) return address
  const inet = family === 6 ? 'inet6' : 'inet'
  return [...address, `ip -f ${inet} rule add fwmark ${tproxyMark.value} lookup ${tproxyTable.value}`, `ip -f ${inet} route add local default dev lo table ${tproxyTable.value}`]
}
