import type { SourceLine } from '../ruleset/sourceLine.ts'
import type { KernelRelease } from './netns.ts'
import type { SectionReader } from './sectionReader.ts'

const NAMED = /^\s*(?:kernel[./]osrelease\s*[=:]\s*|Linux\s+\S+\s+)(\d+)\.(\d+)[.\w+~-]*(?:\s|$)/
const BARE = /^\s*(\d+)\.(\d+)[.\w+~-]*\s*$/

/** Reads which kernel it is: `uname -a`, `uname -r`, the sysctl kernel.osrelease. */
export class ReleaseReader implements SectionReader {
  private release: KernelRelease | null = null
  private asked = false

  /** A command was seen that prints the release alone, or one that does not. */
  begin(what: 'bare' | 'named'): void {
    this.asked = what === 'bare'
  }

  read({ text }: SourceLine): boolean {
    const found = NAMED.exec(text) ?? (this.asked ? BARE.exec(text) : null)
    if (!found) return false
    this.asked = false
    this.release = { major: Number(found[1]), minor: Number(found[2]) }
    return true
  }

  value(): KernelRelease | null {
    return this.release
  }
}
