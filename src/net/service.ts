import { parsePort } from './portRange.ts'
import { SERVICES } from './serviceTable.ts'

interface Services {
  readonly byName: ReadonlyMap<string, number>
  readonly byPort: ReadonlyMap<string, string>
}

let loaded: Services | null = null

/** The table is read when a name is first asked for: most dumps have none. */
function services(): Services {
  loaded ??= readTable()
  return loaded
}

function readTable(): Services {
  const byName = new Map<string, number>()
  const byPort = new Map<string, string>()
  for (const line of SERVICES.trim().split('\n')) {
    const [name = '', port = '', protocols = ''] = line.split(' ')
    for (const protocol of protocols.split(',')) {
      if (!byName.has(`${name}/${protocol}`)) byName.set(`${name}/${protocol}`, Number(port))
      if (!byPort.has(`${port}/${protocol}`)) byPort.set(`${port}/${protocol}`, name)
    }
  }
  return { byName, byPort }
}

/** The port a number or a service name stands for; null when neither. The protocol is "tcp", "udp", … or null for any. */
export function servicePort(text: string, protocol: string | null): number | null {
  const port = parsePort(text)
  if (port !== null) return port
  const protocols = protocol === null ? ['tcp', 'udp', 'sctp', 'dccp'] : [protocol, 'tcp', 'udp']
  for (const each of protocols) {
    const found = services().byName.get(`${text}/${each}`)
    if (found !== undefined) return found
  }
  return null
}

/** The name iptables prints for a port without -n, or null when it prints the number. */
export const serviceName = (port: number, protocol: string): string | null => services().byPort.get(`${port}/${protocol}`) ?? null
