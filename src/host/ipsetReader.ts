import type { SourceLine } from '../ruleset/sourceLine.ts'
import type { IpSet } from './netns.ts'
import type { SectionReader } from './sectionReader.ts'

interface Draft {
  readonly name: string
  readonly type: string
  readonly entries: string[]
}

const TYPE = '(?:hash|bitmap|list):\\S+'
const CREATE = new RegExp(`^create\\s+(\\S+)\\s+(${TYPE})`)
const LISTED_TYPE = new RegExp(`^Type:\\s+(${TYPE})`)

/** Reads `ipset save` and `ipset list` (ipset(8)). */
export class IpsetReader implements SectionReader {
  private readonly sets = new Map<string, Draft>()
  /** Of a listing: the name above the type, then the set whose members follow. */
  private heading: string | null = null
  private members: Draft | null = null
  private listing: Draft | null = null

  read({ text: line }: SourceLine): boolean {
    const text = line.trim()
    return this.saved(text) || this.listed(text)
  }

  value(): readonly IpSet[] {
    return [...this.sets.values()]
  }

  private saved(text: string): boolean {
    const create = CREATE.exec(text)
    if (create) { this.create(create[1] ?? '', create[2] ?? ''); return true }
    const add = /^add\s+(\S+)\s+(\S.*)$/.exec(text)
    const set = this.sets.get(add?.[1] ?? '')
    set?.entries.push(entry(add?.[2] ?? ''))
    return set !== undefined
  }

  private listed(text: string): boolean {
    const name = /^Name:\s+(\S+)$/.exec(text)?.[1]
    const type = LISTED_TYPE.exec(text)?.[1]
    if (name !== undefined) { this.heading = name; this.members = null; return false }
    if (type !== undefined && this.heading !== null) { this.listing = this.create(this.heading, type); return true }
    if (text === 'Members:') { this.members = this.listing; return this.members !== null }
    const member = this.members && entry(text)
    if (member === '' || (member !== null && /\s(?!nomatch$)/.test(member))) this.members = null
    if (member !== null) this.members?.entries.push(member)
    return this.members !== null || (this.listing !== null && /^(Revision|Header|Size in memory|References|Number of entries):/.test(text))
  }

  private create(name: string, type: string): Draft {
    const made: Draft = { name, type, entries: [] }
    this.sets.set(name, made)
    return made
  }
}

/** The member itself; of its options only `nomatch` changes what matches. */
function entry(text: string): string {
  const [member = '', ...options] = text.split(/\s+(?=(?:timeout|packets|bytes|comment|skbmark|skbprio|skbqueue|nomatch|before|after)\b)/)
  return options.some((option) => option.startsWith('nomatch')) ? `${member} nomatch` : member
}
