/** What a client says on a connection once it stands: as far as a proxy decides by it. */
export interface Request {
  readonly protocol: 'http' | 'tls' | 'tcp'
  /** The Host header or :authority; null for none. */
  readonly authority: string | null
  /** The server name in TLS's first message. */
  readonly sni: string | null
  /** The server name of TLS inside that TLS, where it is the mesh's own; absent: there is none. */
  readonly innerSni?: string | null
  /** X-Forwarded-For, first to last. */
  readonly forwardedFor: readonly string[]
  /** Who dialled, by a PROXY protocol header in front of it: "120.244.1.2:28504"; absent: there is none. */
  readonly proxied?: string
}
