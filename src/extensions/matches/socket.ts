import type { MatchExtension } from '../extension.ts'

interface SocketMatch {
  /** Only IP_TRANSPARENT sockets. */
  readonly transparent: boolean
  /** Sockets bound to no address count too. */
  readonly nowildcard: boolean
  /** The packet takes the socket's mark. */
  readonly restoreSkmark: boolean
}

const FLAGS = [['transparent', '--transparent'], ['nowildcard', '--nowildcard'], ['restoreSkmark', '--restore-skmark']] as const

const print = (info: SocketMatch): string => FLAGS.filter(([key]) => info[key]).map(([, flag]) => flag).join(' ')

/** xt_socket.c socket_match: a socket here that the packet belongs to; a listener on the unspecified address does not count by itself. */
export const socket: MatchExtension<SocketMatch> = {
  name: 'socket',
  options: Object.fromEntries(FLAGS.map(([, flag]) => [flag, 0])),
  // It may set the packet's mark.
  stateful: true,
  parse: (options) => ({ transparent: options.has('--transparent'), nowildcard: options.has('--nowildcard'), restoreSkmark: options.has('--restore-skmark') }),
  print,
  parseListing(cursor) {
    if (!cursor.skip('socket')) return null
    return { transparent: cursor.skip('--transparent'), nowildcard: cursor.skip('--nowildcard'), restoreSkmark: cursor.skip('--restore-skmark') }
  },
  printListing: (info) => `socket ${print(info)}`.trim(),
  compile({ transparent, nowildcard, restoreSkmark }) {
    return (skb, context) => {
      const found = context.socketOf(skb)
      if (!found || (found.wildcard && !nowildcard) || (transparent && !found.transparent)) return false
      if (restoreSkmark) context.setMark(found.mark)
      return true
    }
  },
  seen(skb, context) {
    const found = context.socketOf(skb)
    if (!found) return 'no socket'
    return `a ${found.transparent ? 'transparent' : 'plain'} socket${found.wildcard ? ' bound to no address' : ''}`
  },
}
