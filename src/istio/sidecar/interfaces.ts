import { because } from '../configuration.ts'
import { items } from './section.ts'
import type { Section } from './section.ts'

/** Interfaces that are left alone, first in their chains (run.go shortCircuitExcludeInterfaces). */
export function excludeInterfaces({ config, behaviour, rules, reduced }: Section): void {
  const setting = config.text.excludeInterfaces
  const why = because('traffic of this interface is not captured', setting)
  const outputToo = !(reduced && behaviour.has('v6-exclude-interface-refused'))
  // IPv6 got these rules in mangle too, although it had no TPROXY before 1.12.
  const tables = config.text.mode.value === 'TPROXY' ? (['nat', 'mangle'] as const) : (['nat'] as const)
  const log = rules.logged('ExcludeInterfaceCommand')
  for (const table of tables) {
    for (const name of items(setting.value, behaviour)) {
      log.append(table, 'PREROUTING', `-i ${name} -j RETURN`, why)
      if (outputToo) log.append(table, 'OUTPUT', `-o ${name} -j RETURN`, why)
    }
  }
}

/** RETURN for virtual interfaces; what shall be captured of them is inserted above later (run.go shortCircuitKubeInternalInterface). */
export function kubeVirtReturn({ config, behaviour, rules, reduced }: Section): void {
  if (reduced && behaviour.has('kubevirt-return-late')) return
  const setting = config.text.kubeVirtInterfaces
  for (const name of items(setting.value, behaviour)) {
    rules.logged('KubevirtCommand').insert({ table: 'nat', chain: 'PREROUTING', position: 1 }, `-i ${name} -j RETURN`, because('inbound traffic of a virtual interface is not treated as inbound', setting))
  }
}

/** What a virtual interface sends in is treated as outbound, for one captured range (run.go handleOutboundIncludeRules). */
export function kubeVirtCapture({ config, behaviour, rules, reduced }: Section, cidr: string | null): void {
  const setting = config.text.kubeVirtInterfaces
  const target = reduced && cidr === null ? 'RETURN' : 'ISTIO_REDIRECT'
  const range = cidr === null ? '' : `-d ${cidr} `
  for (const name of items(setting.value, behaviour)) {
    rules.logged('KubevirtCommand').insert({ table: 'nat', chain: 'PREROUTING', position: 1 }, `-i ${name} ${range}-j ${target}`, because('what a virtual interface sends in is treated as outbound', setting))
  }
}
