import type { SourceLine } from '../ruleset/sourceLine.ts'
import type { ProcessIds } from './hostFacts.ts'
import type { SectionReader } from './sectionReader.ts'

type Draft = { -readonly [Key in keyof ProcessIds]: ProcessIds[Key] }

/** "Uid:\t1337\t1337\t1337\t1337"; grep over several files puts "/proc/17/status:" before it. */
const LINE = /^(?:\/proc\/(\d+|self|thread-self)\/status[:-])?\s*(Name|Pid|Uid|Gid):\s+(.*)$/

/** Reads Name, Pid, Uid and Gid of /proc/PID/status (proc_pid_status(5)). */
export class StatusReader implements SectionReader {
  private readonly drafts: Draft[] = []
  private pid: number | null = null

  /** A command was seen that prints the status of this process. */
  begin(pid: number | null): void {
    this.pid = pid
    this.drafts.push(blank(pid))
  }

  read({ text }: SourceLine): boolean {
    const line = LINE.exec(text)
    if (!line) return false
    const [, file, key = '', value = ''] = line
    const pid = file !== undefined && /^\d+$/.test(file) ? Number(file) : this.pid
    const draft = this.draft(pid, key)
    const ids = value.trim().split(/\s+/)
    switch (key) {
      case 'Name': draft.name = value.trim(); return true
      case 'Pid': draft.pid = Number(value) || draft.pid; return true
      // Real, effective, saved, file system: the last is what a socket's owner match compares (f_cred->fsuid).
      case 'Uid': draft.uid = numeric(ids.at(-1)); return true
      default: draft.gid = numeric(ids.at(-1)); return true
    }
  }

  value(): readonly ProcessIds[] {
    return this.drafts.filter((draft) => draft.uid !== null || draft.gid !== null)
  }

  /** The process a line is of: a key seen before means that the next one begins. */
  private draft(pid: number | null, key: string): Draft {
    const last = this.drafts.at(-1)
    const taken = last && ((key === 'Name' && last.name !== null) || (key === 'Uid' && last.uid !== null) || (key === 'Gid' && last.gid !== null))
    if (last && !taken && (pid === null || last.pid === null || last.pid === pid)) {
      last.pid ??= pid
      return last
    }
    // Of several files one after the other, only the first is the one the command named first.
    const made = blank(taken && pid === this.pid ? null : pid)
    this.drafts.push(made)
    return made
  }
}

const blank = (pid: number | null): Draft => ({ pid, name: null, uid: null, gid: null })

const numeric = (text: string | undefined): number | null => (text !== undefined && /^\d+$/.test(text) ? Number(text) : null)
