import type { Netns } from './netns.ts'

/** IPv4 sysctls of interfaces (net.ipv4.conf.DEV.*): every packet asks for some, and making their names costs more than looking them up. */
export class InterfaceSysctls {
  private readonly sysctls: Netns['sysctls']
  private readonly byInterface = new Map<string, Map<string, number | undefined>>()

  constructor(sysctls: Netns['sysctls']) {
    this.sysctls = sysctls
  }

  /** Undefined where it is not set. */
  value(device: string, name: string): number | undefined {
    const known = this.byInterface.get(device) ?? new Map<string, number | undefined>()
    if (known.has(name)) return known.get(name)
    const value = this.sysctls[`net.ipv4.conf.${device}.${name}`]
    this.byInterface.set(device, known.set(name, value))
    return value
  }
}
