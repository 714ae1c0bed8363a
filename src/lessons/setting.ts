import type { LessonConnection, LessonNamespace } from './lesson.ts'

/** The pod of the lessons, a client outside it, and a Service's ClusterIP. */
export const POD = '10.20.0.77'
export const CLIENT = '10.20.0.78'
export const SERVICE = '10.96.0.20'

/** The user of the application, and that of the proxy. */
export const APP = { uid: 1000, gid: 1000 }
export const PROXY = { uid: 1337, gid: 1337 }

/** The release of the lessons that are not about releases. */
export const RELEASE = '1.30.0'

/** What differs from the arguments the injector gives istio-iptables. */
export interface IstioIptables {
  readonly version?: string
  readonly mode?: 'REDIRECT' | 'TPROXY'
  readonly outbound?: readonly string[]
  readonly inbound?: readonly string[]
  readonly more?: readonly string[]
  readonly nameservers?: readonly string[]
  readonly edits?: readonly string[]
  readonly session?: string
}

/** The lessons' pod with a sidecar. */
export function sidecarPod({ version = RELEASE, mode = 'REDIRECT', outbound = ['-i', '*', '-x', ''], inbound = ['-b', '*', '-d', '15090,15021,15020'], more = [], nameservers, edits, session }: IstioIptables = {}): LessonNamespace {
  const args = ['-p', '15001', '-z', '15006', '-u', '1337', '-m', mode, ...outbound, ...inbound, ...more]
  return {
    rules: { from: 'istio', version, mode: 'sidecar', args, ...(nameservers && { nameservers }), ...(edits && { edits }) },
    addresses: [POD],
    ...(session !== undefined && { session }),
  }
}

export const fromClient = (port: number): LessonConnection => ({ from: CLIENT, to: POD, port, proto: 'tcp' })

export const fromApp = (to: string, port: number): LessonConnection => ({ from: APP, to, port, proto: 'tcp' })
