import type { Family } from '../net/address.ts'
import type { Diagnostic } from '../netfilter/diagnostic.ts'
import { RulesReader } from '../ruleset/rulesReader.ts'
import type { SourceLine } from '../ruleset/sourceLine.ts'
import type { TableDump } from '../ruleset/tableDump.ts'
import { FactsReader } from './factsReader.ts'
import { readPrompt } from './prompt.ts'
import type { Prompt } from './prompt.ts'
import { ruleCommandText } from './ruleCommandText.ts'
import { shellCommand } from './shellCommand.ts'
import type { ShellCommand } from './shellCommand.ts'

type Backend = TableDump['backend']

const FENCE = /^\s*(```|~~~)/
/** istio-iptables logs its input for iptables-restore with a blank there. */
const SPACED_TABLE = /^\s*\*\s+(raw|mangle|nat|filter|security)\s*$/

/** Hands each line of a transcript to the reader of the section it stands in. */
export class TranscriptReader {
  readonly facts: FactsReader
  /** iptables-save printed nothing, which is what it does where there are no rules. */
  savedNothing = false
  private readonly rules = new RulesReader()
  private readonly own: Diagnostic[] = []
  /** The backend a command names, from this dump on. */
  private readonly backends: { readonly from: number; readonly backend: Backend }[] = []
  /** Set while the output of a command of no interest runs. */
  private muted = false
  /** iptables-save was typed, and nothing stands below it so far. */
  private silent = false

  constructor() {
    this.facts = new FactsReader(this.own)
  }

  /** Another file begins; its rules are of this family where nothing tells it. */
  beginFile(family: Family | null): void {
    this.rules.printed({ family, table: null })
    this.backends.push({ from: this.rules.dumps.length, backend: null })
    this.outputEnds()
    this.silent = false
  }

  /** A line as it stands in the file: true where it is one of a save, as nearly all lines of large texts are. */
  readSaved(file: string, line: number, text: string): boolean {
    if (this.muted || !this.rules.readSaved(file, line, text)) return false
    this.silent = false
    return true
  }

  read(source: SourceLine): void {
    if (this.readSaved(source.file, source.line, source.text) || this.startsAnew(source)) return
    if (source.text.trim() !== '') this.silent = false
    if (this.muted || this.rules.read(restoreLine(source))) return
    this.facts.read(source)
  }

  /** A fence or a prompt: what stood above is over. */
  private startsAnew(source: SourceLine): boolean {
    if (FENCE.test(source.text)) { this.outputEnds(); return true }
    const prompt = readPrompt(source.text)
    return prompt !== null && this.command(prompt, source)
  }

  /** All tables, in order of appearance. */
  dumps(): readonly TableDump[] {
    this.rules.close()
    let next = 0
    let named: Backend = null
    return this.rules.dumps.map((dump, i) => {
      for (let each = this.backends[next]; each && each.from <= i; each = this.backends[next]) { named = each.backend; next += 1 }
      return { ...dump, backend: dump.backend ?? named }
    })
  }

  diagnostics(): readonly Diagnostic[] {
    return [...this.rules.diagnostics, ...this.own]
  }

  private outputEnds(): void {
    this.savedNothing ||= this.silent
    this.silent = false
    this.muted = false
    this.facts.end()
  }

  /** False when the line is no prompt after all. */
  private command(prompt: Prompt, source: SourceLine): boolean {
    const command = shellCommand(prompt.command)
    if (!prompt.sure && (command.kind === 'other' || command.kind === 'text')) return false
    // "# iptables -A …" is rather a rule commented out.
    if (command.kind === 'change') return !/^\s*#/.test(source.text) && this.change(source)
    this.outputEnds()
    this.muted = command.kind === 'other'
    this.silent = prompt.sure && command.kind === 'rules' && command.prints === 'all'
    if (command.kind === 'rules') this.printed(command)
    else this.facts.begin(command)
    return true
  }

  private change(source: SourceLine): boolean {
    this.outputEnds()
    return this.rules.read({ ...source, text: ruleCommandText(source.text) })
  }

  private printed({ family, table, backend }: ShellCommand & { kind: 'rules' }): void {
    this.rules.printed({ family, table })
    this.backends.push({ from: this.rules.dumps.length, backend })
    if (backend) this.facts.sawBackend(backend)
  }
}

function restoreLine(source: SourceLine): SourceLine {
  const spaced = SPACED_TABLE.exec(source.text)
  return spaced ? { ...source, text: `*${spaced[1]}` } : source
}
