import type { Version } from '../istio/version.ts'
import { FROM_127_0_0_6, TO_LOCALHOST } from './meshes.ts'
import type { InboundDial } from './meshProfile.ts'

/** Releases 1.since to 1.until, both included; null: no bound. */
export interface Releases {
  readonly since: number | null
  readonly until: number | null
}

/** A way in which a sidecar's inbound Envoy dials the app, and when it is the one. */
export interface InboundDialCase {
  readonly mode: 'REDIRECT' | 'TPROXY'
  /** Whether a Service has the port. */
  readonly port: 'service' | 'unknown'
  readonly releases: Releases
  /** By default, or where the clusters of Service ports are STATIC 127.0.0.1 by choice. */
  readonly policy: 'default' | 'localhost'
  readonly dial: InboundDial
}

/** original_src: without a mark in 1.6 to 1.8, with 1337 from 1.9 (pilot/pkg/xds/filters/filters.go). */
const fromClient = (to: InboundDial['to'], mark: number): InboundDial => ({ to, from: { kind: 'client', mark } })

const releases = (since: number | null, until: number | null): Releases => ({ since, until })

/**
 * Inbound clusters of Service ports are STATIC 127.0.0.1 up to 1.9, ORIGINAL_DST with upstream_bind_config from 1.10
 * (pilot/pkg/features/pilot.go PILOT_ENABLE_INBOUND_PASSTHROUGH); the passthrough cluster binds 127.0.0.6 from 1.3.
 */
export const INBOUND_DIALS: readonly InboundDialCase[] = [
  { mode: 'REDIRECT', port: 'service', releases: releases(10, null), policy: 'default', dial: FROM_127_0_0_6 },
  { mode: 'TPROXY', port: 'service', releases: releases(10, null), policy: 'default', dial: fromClient('original', 1337) },
  { mode: 'REDIRECT', port: 'service', releases: releases(null, 9), policy: 'default', dial: TO_LOCALHOST },
  { mode: 'TPROXY', port: 'service', releases: releases(9, 9), policy: 'default', dial: fromClient('localhost', 1337) },
  { mode: 'TPROXY', port: 'service', releases: releases(6, 8), policy: 'default', dial: fromClient('localhost', 0) },
  { mode: 'TPROXY', port: 'service', releases: releases(null, 5), policy: 'default', dial: TO_LOCALHOST },
  { mode: 'REDIRECT', port: 'service', releases: releases(10, null), policy: 'localhost', dial: TO_LOCALHOST },
  { mode: 'TPROXY', port: 'service', releases: releases(10, null), policy: 'localhost', dial: fromClient('localhost', 1337) },
  { mode: 'REDIRECT', port: 'unknown', releases: releases(3, null), policy: 'default', dial: FROM_127_0_0_6 },
  { mode: 'TPROXY', port: 'unknown', releases: releases(9, null), policy: 'default', dial: fromClient('original', 1337) },
  { mode: 'TPROXY', port: 'unknown', releases: releases(6, 8), policy: 'default', dial: fromClient('original', 0) },
  { mode: 'TPROXY', port: 'unknown', releases: releases(3, 5), policy: 'default', dial: FROM_127_0_0_6 },
]

export const isWithin = ({ since, until }: Releases, minor: number): boolean => (since === null || minor >= since) && (until === null || minor <= until)

/** How a release dials the app by default; null for a port without a Service before 1.3, of which it is not known. */
export const inboundDialOf = (mode: InboundDialCase['mode'], port: InboundDialCase['port'], release: Pick<Version, 'minor'>): InboundDial | null =>
  INBOUND_DIALS.find((each) => each.mode === mode && each.port === port && each.policy === 'default' && isWithin(each.releases, release.minor))?.dial ?? null
