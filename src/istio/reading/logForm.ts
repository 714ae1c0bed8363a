import { nothingRead } from './readArguments.ts'
import type { ArgumentsRead } from './readArguments.ts'

/** Names the log gives its settings (config.Print of every version) and the flag that sets each. */
const FLAG_OF: Readonly<Record<string, string>> = {
  PROXY_PORT: '-p', PROXY_INBOUND_CAPTURE_PORT: '-z', PROXY_TUNNEL_PORT: '-e', PROXY_UID: '-u', PROXY_GID: '-g',
  INBOUND_INTERCEPTION_MODE: '-m', INBOUND_TPROXY_MARK: '-t', INBOUND_TPROXY_ROUTE_TABLE: '-r',
  INBOUND_PORTS_INCLUDE: '-b', INBOUND_PORTS_EXCLUDE: '-d', OUTBOUND_IP_RANGES_INCLUDE: '-i', OUTBOUND_IP_RANGES_EXCLUDE: '-x',
  OUTBOUND_PORTS_INCLUDE: '-q', OUTBOUND_PORTS_EXCLUDE: '-o', KUBEVIRT_INTERFACES: '-k', KUBE_VIRT_INTERFACES: '-k',
  EXCLUDE_INTERFACES: '--istio-exclude-interfaces',
}

const SWITCH_OF: Readonly<Record<string, string>> = { DNS_CAPTURE: '--redirect-dns', CAPTURE_ALL_DNS: '--capture-all-dns', DROP_INVALID: '--drop-invalid', DUAL_STACK: '--dual-stack' }

const ENV_OF: Readonly<Record<string, string>> = {
  OUTBOUND_OWNER_GROUPS_INCLUDE: 'ISTIO_OUTBOUND_OWNER_GROUPS',
  OUTBOUND_OWNER_GROUPS_EXCLUDE: 'ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE',
  HOST_IPV4_LOOPBACK_CIDR: 'ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR',
}

export const isLog = (text: string): boolean => /(?:^|\s)(?:INBOUND_PORTS_INCLUDE|PROXY_INBOUND_CAPTURE_PORT)=/m.test(text)

/** Reads the log of an istio-init container: what it says its settings were, and the rules it says it restored. */
export function readLog(text: string): ArgumentsRead {
  const said = settings(text)
  if (said.size === 0) return nothingRead('no-arguments', 'the log names no settings')
  const restoreText = restored(text)
  return {
    value: { args: argsOf(said), env: envOf(said), form: 'log', ...addresses(said), ...(restoreText !== '' && { restoreText }) },
    diagnostics: [],
  }
}

function settings(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const [, name, value] = /(?:^|\s)([A-Z][A-Z0-9_]+)=(.*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) found.set(name, value.trim())
  }
  return found
}

/** -e, -q, -k and -c are left out when empty: older versions have no such flag. */
const YOUNG: readonly string[] = ['-e', '-q', '-k', '--istio-exclude-interfaces']

function argsOf(said: ReadonlyMap<string, string>): readonly string[] {
  return [...said].flatMap(([name, value]) => {
    const flag = FLAG_OF[name]
    if (flag !== undefined) return value === '' && YOUNG.includes(flag) ? [] : [flag, value]
    const toggle = SWITCH_OF[name]
    return toggle !== undefined && value === 'true' ? [toggle] : []
  })
}

/** The variables the log names, and those it shows as settings though only the environment gives them. */
function envOf(said: ReadonlyMap<string, string>): Record<string, string> {
  const env: Record<string, string> = {}
  for (const [name, value] of said) {
    const variable = ENV_OF[name] ?? (name === 'ISTIO_META_DNS_CAPTURE' || name === 'INVALID_DROP' ? name : undefined)
    if (variable !== undefined && value !== '') env[variable] = value
  }
  return env
}

function addresses(said: ReadonlyMap<string, string>): { nameservers?: readonly string[]; podIps?: readonly string[] } {
  const nameservers = said.get('DNS_SERVERS')?.match(/[0-9a-fA-F.:]+/g) ?? []
  const ipv6 = said.get('ENABLE_INBOUND_IPV6') ?? 'false'
  // 1.4 logs the address itself, later versions only whether it is IPv6.
  const podIps = ipv6 === 'true' ? ['::2'] : ipv6.includes(':') ? [ipv6] : []
  return { ...(nameservers.length > 0 && { nameservers }), ...(podIps.length > 0 && { podIps }) }
}

/** The lines between "* table" and COMMIT, wherever they stand in the log. */
function restored(text: string): string {
  const kept: string[] = []
  let open: string[] | null = null
  for (const line of text.split(/\r?\n/)) {
    if (/^\* ?(?:nat|mangle|raw|filter)\s*$/.test(line)) open = []
    open?.push(line)
    if (line.trim() !== 'COMMIT' || !open) continue
    kept.push(...open)
    open = null
  }
  return kept.join('\n')
}
