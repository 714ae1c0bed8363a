export type Result = 'connected' | 'refused' | 'timeout' | 'unreachable' | 'not-permitted' | 'loop' | 'unknown'

/** A socket whose accept() (or recvfrom()) returned. */
export interface Accept {
  readonly process: string
  /** It is at the far end, outside this namespace. */
  readonly remote: boolean
  readonly port: number
  readonly peer: string
  /** SO_ORIGINAL_DST, else the socket's local address; null for UDP. */
  readonly originalDestination: string | null
}

/** A dial of the proxy. */
export interface Upstream {
  /** The listener whose connection made it. */
  readonly port: number
  readonly to: string
  readonly result: Result
}

/** Something taken for granted that the input does not tell. */
export interface Assumption {
  readonly code: string
  readonly message: string
}

/** One way a connection can go. */
export interface Outcome {
  readonly probability: number | null
  readonly assumptions: readonly Assumption[]
  readonly result: Result
  readonly accepts: readonly Accept[]
  readonly upstreams: readonly Upstream[]
  readonly captured: boolean
  readonly envoyPort: number | null
  readonly reachesApp: boolean
  readonly appSees: string | null
}
