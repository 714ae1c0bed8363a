import type { Listener } from './netns.ts'

/** A listening socket as ss or netstat prints it: what they leave out is null. */
export interface ListeningSocket extends Omit<Listener, 'uid' | 'gid' | 'process'> {
  readonly uid: number | null
  readonly gid: number | null
  readonly process: string | null
  readonly pid: number | null
  /** The descriptor: a program's sockets in the order it opened them. */
  readonly fd: number | null
}

/** The protocols whose sockets are read. */
export type SocketProtocol = 'tcp' | 'udp'

/** A command that lists sockets, as far as its options decide what its output means. */
export interface SocketsCommand {
  readonly protocols: readonly SocketProtocol[]
  /** 'connected': without -l or -a, listening sockets are left out. */
  readonly shows: 'listening' | 'connected'
}
