import type { Tuple } from './tuple.ts'

/** skb->_nfct's ctinfo, the reply direction folded into `CtRef.reply`. */
export type CtInfo = 'NEW' | 'ESTABLISHED' | 'RELATED'

/** What conntrack made of a packet: an entry, or one of the two ways of having none. */
export type CtRef =
  | { readonly kind: 'entry'; readonly id: number; readonly info: CtInfo; readonly reply: boolean }
  | { readonly kind: 'untracked' }
  | { readonly kind: 'invalid' }

/** TCP states of nf_conntrack_proto_tcp.c that a handshake and its refusals reach. */
export type CtTcpState = 'NONE' | 'SYN_SENT' | 'SYN_RECV' | 'ESTABLISHED' | 'FIN_WAIT' | 'CLOSE_WAIT' | 'LAST_ACK' | 'TIME_WAIT' | 'CLOSE' | 'SYN_SENT2'

/** A connection conntrack knows (struct nf_conn). */
export interface CtEntry {
  readonly id: number
  readonly zone: number
  /** Which directions the zone distinguishes (`CT --zone-orig`, `--zone-reply`). */
  readonly zoneDirection: 'both' | 'original' | 'reply'
  original: Tuple
  reply: Tuple
  mark: number
  confirmed: boolean
  seenReply: boolean
  assured: boolean
  srcNat: boolean
  dstNat: boolean
  srcNatDone: boolean
  dstNatDone: boolean
  tcpState: CtTcpState
}
