import { ambient } from './ambient.ts'
import { dns } from './dns.ts'
import type { Lesson } from './lesson.ts'
import { node } from './node.ts'
import { ports } from './ports.ts'
import { proxyIds } from './proxyIds.ts'
import { redirectInbound } from './redirectInbound.ts'
import { redirectOutbound } from './redirectOutbound.ts'
import { sourceAddress } from './sourceAddress.ts'
import { tproxy } from './tproxy.ts'
import { upgrade } from './upgrade.ts'

/** All lessons, in the order in which they build on each other. */
export const lessons: readonly Lesson[] = [redirectInbound, redirectOutbound, sourceAddress, proxyIds, tproxy, ports, dns, ambient, node, upgrade]
