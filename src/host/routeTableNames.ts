import { RouteTable } from './netns.ts'

/** Above any number a kernel table can have (rtnetlink: u32). */
const FIRST_UNKNOWN = 2 ** 32

/** Numbers for routing tables; a name only /etc/iproute2/rt_tables of that host knows gets a number of its own. */
export class RouteTableNames {
  private readonly unknown = new Map<string, number>()

  number(name: string): number {
    if (/^\d{1,10}$/.test(name)) return Number(name)
    if (name === 'local' || name === 'main' || name === 'default') return RouteTable[name]
    const known = this.unknown.get(name)
    if (known !== undefined) return known
    const made = FIRST_UNKNOWN + this.unknown.size
    this.unknown.set(name, made)
    return made
  }
}
