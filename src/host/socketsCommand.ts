import type { SocketProtocol, SocketsCommand } from './listeningSocket.ts'

/** Short options of ss and netstat, taken apart, and the long ones that matter. */
const LONG: Readonly<Record<string, string>> = { '--tcp': 't', '--udp': 'u', '--listening': 'l', '--all': 'a', '--unix': 'x', '--raw': 'w' }

/** What `ss` or `netstat` lists: of both protocols unless told otherwise, and listening sockets only with -l or -a. */
export function socketsCommand(args: readonly string[]): SocketsCommand {
  const options = args.filter((arg) => arg.startsWith('-')).map((arg) => (arg.startsWith('--') ? (LONG[arg] ?? '') : arg.slice(1))).join('')
  const protocols: SocketProtocol[] = []
  const others = /[xwd0]/.test(options)
  const tcp = options.includes('t')
  const udp = options.includes('u')
  if (tcp || (!udp && !others)) protocols.push('tcp')
  if (udp || (!tcp && !others)) protocols.push('udp')
  return { protocols, shows: /[la]/.test(options) ? 'listening' : 'connected' }
}
