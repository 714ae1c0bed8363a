import type { SourceLine } from '../ruleset/sourceLine.ts'
import type { SectionReader } from './sectionReader.ts'

const SETTING = /^(net[./][\w./-]+)\s*[=:]\s*(-?\d{1,15})\s*$/

/** Reads `sysctl -a`, `sysctl NAME`, `cat /proc/sys/net/…` (sysctl(8)); keys have dots. */
export class SysctlReader implements SectionReader {
  private readonly values = new Map<string, number>()
  private asked: string | null = null

  /** A command was seen that prints the bare value of this key; null when keys are printed. */
  begin(key: string | null): void {
    this.asked = key
  }

  read({ text }: SourceLine): boolean {
    const bare = this.asked === null ? null : /^\s*(-?\d{1,15})\s*$/.exec(text)
    const setting = bare ? null : SETTING.exec(text.trim())
    // sysctl writes the dot of eth0.100 as a slash, and takes net/ipv4/… too.
    const key = bare ? this.asked : setting?.[1]?.replaceAll('/', '.')
    if (key === null || key === undefined) return false
    this.values.set(key, Number(bare?.[1] ?? setting?.[2]))
    this.asked = null
    return true
  }

  value(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.values)
  }
}
