import { parseAddress } from '../net/address.ts'
import { parseMac } from '../net/mac.ts'
import type { SourceLine } from '../ruleset/sourceLine.ts'
import type { Neighbour } from './netns.ts'
import type { SectionReader } from './sectionReader.ts'

/** Every line ends in what is known of it. */
const LINE = /^\s*([\da-f.:]+) dev (\S+)\s(?:.*\blladdr ([\da-f:]{11,17}))?.*\b(?:PERMANENT|NOARP|REACHABLE|STALE|NONE|INCOMPLETE|DELAY|PROBE|FAILED)\s*$/i

/** Reads `ip neigh` (ip-neighbour(8)): which Ethernet address an address on a link has. */
export class NeighbourReader implements SectionReader {
  private readonly neighbours: Neighbour[] = []

  read({ text }: SourceLine): boolean {
    const found = LINE.exec(text)
    if (!found) return false
    const [, written = '', device = '', lladdr = ''] = found
    const [address, mac] = [parseAddress(written), parseMac(lladdr)]
    if (address && mac !== null) this.neighbours.push({ address, device, mac })
    return true
  }

  value(): readonly Neighbour[] {
    return this.neighbours
  }
}
