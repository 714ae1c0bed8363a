import type { Diagnostic } from '../netfilter/diagnostic.ts'
import { isWithin } from './changes.ts'
import type { Flag } from './flags.ts'
import { FLAGS } from './flags.ts'
import { parseBool } from './parseBool.ts'
import { printVersion } from './version.ts'
import type { Version } from './version.ts'

/** A flag as it was given: its value and its own words. */
export interface GivenFlag {
  readonly flag: Flag
  readonly value: string
  readonly from: string
}

export interface ParsedFlags {
  readonly flags: readonly GivenFlag[]
  readonly diagnostics: readonly Diagnostic[]
}

/** The flags and settings this version knows. */
export const flagsOf = (version: Version): Flag[] => FLAGS.filter((flag) => isWithin(version, flag.since, flag.until))

/** Reads arguments as spf13/pflag does: a flag takes the next word whatever it looks like, "--" ends them. */
export function parseFlags(args: readonly string[], version: Version): ParsedFlags {
  return new FlagReader(args, version).read()
}

class FlagReader {
  private readonly flags: GivenFlag[] = []
  private readonly diagnostics: Diagnostic[] = []
  private readonly known: readonly Flag[]
  private next = 0

  constructor(private readonly args: readonly string[], private readonly version: Version) {
    this.known = flagsOf(version)
  }

  read(): ParsedFlags {
    while (this.next < this.args.length && !this.failed()) {
      const arg = this.args[this.next] ?? ''
      this.next += 1
      if (arg === '--') { this.positional(this.args.slice(this.next)); break }
      if (arg.startsWith('--')) this.long(arg)
      else if (arg.startsWith('-') && arg !== '-') this.shorts(arg)
      else this.positional([arg])
    }
    return { flags: this.flags, diagnostics: this.diagnostics }
  }

  private failed(): boolean {
    return this.diagnostics.some(({ severity }) => severity === 'error')
  }

  private long(arg: string): void {
    const equals = arg.indexOf('=')
    const name = arg.slice(2, equals < 0 ? undefined : equals)
    const flag = this.known.find((each) => each.long === name)
    if (!flag) return this.unknown(`unknown flag: --${name}`, FLAGS.find((each) => each.long === name))
    if (equals >= 0) return this.take(flag, arg.slice(equals + 1), arg)
    if (flag.kind === 'switch') return this.take(flag, 'true', arg)
    this.takeNext(flag, arg, `flag needs an argument: --${name}`)
  }

  /** -nf, -p15001, -p=15001, -p 15001 */
  private shorts(arg: string): void {
    for (let at = 1; at < arg.length && !this.failed(); at += 1) {
      const letter = arg.charAt(at)
      const flag = this.known.find((each) => each.short === letter && isWithin(this.version, each.shortSince ?? each.since, undefined))
      if (!flag) return this.unknown(`unknown shorthand flag: '${letter}' in ${arg}`, FLAGS.find((each) => each.short === letter))
      const rest = arg.slice(at + 1)
      if (rest.startsWith('=')) return this.take(flag, rest.slice(1), `-${letter}${rest}`)
      if (flag.kind === 'switch') { this.take(flag, 'true', `-${letter}`); continue }
      if (rest !== '') return this.take(flag, rest, `-${letter} ${rest}`)
      return this.takeNext(flag, `-${letter}`, `flag needs an argument: '${letter}' in ${arg}`)
    }
  }

  private takeNext(flag: Flag, name: string, missing: string): void {
    const value = this.args[this.next]
    if (value === undefined) return this.complain('istio-flag-needs-argument', 'error', `${missing}; istio-iptables stops`)
    this.next += 1
    if (/^-[a-z-]/.test(value)) this.complain('istio-swallowed-flag', 'warning', `${name} takes the next word, ${value}, as its value, so the flag ${value} is not set; an empty argument ('') was probably lost between them`)
    this.take(flag, value, `${name} ${value === '' ? "''" : value}`)
  }

  private take(flag: Flag, value: string, from: string): void {
    const fault = faultOf(flag, value)
    if (fault) this.complain('istio-bad-flag-value', 'error', `invalid argument ${JSON.stringify(value)} for --${flag.long ?? ''}: ${fault}; istio-iptables stops`)
    else this.flags.push({ flag, value, from })
  }

  private unknown(message: string, elsewhere: Flag | undefined): void {
    const since = elsewhere && `; it exists from ${elsewhere.shortSince ?? elsewhere.since}${elsewhere.until ? ` to before ${elsewhere.until}` : ''}`
    this.complain('istio-unknown-flag', 'error', `${message} in Istio ${printVersion(this.version)}${since ?? ''}; istio-iptables stops`)
  }

  private positional(words: readonly string[]): void {
    for (const word of words) {
      if (word === 'istio-iptables' || word === 'pilot-agent') continue
      this.complain('istio-extra-argument', 'warning', `${JSON.stringify(word)} belongs to no flag and is ignored`)
    }
  }

  private complain(code: string, severity: Diagnostic['severity'], message: string): void {
    this.diagnostics.push({ code, severity, message, span: null })
  }
}

function faultOf(flag: Flag, value: string): string | null {
  switch (flag.kind) {
    case 'switch': return parseBool(value) === null ? 'it must be true or false' : null
    case 'port': return /^\d{1,5}$/.test(value) && Number(value) <= 0xffff ? null : 'it must be a port'
    case 'duration': return /^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$|^0$/.test(value) ? null : 'it must be a time such as 5s'
    case 'text': return null
  }
}
