import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'

/**
 * Code that V8 made of a program: what the build made of it beside it, and what is kept from one run to the next in a folder of this
 * user's. Nothing here throws: without it a start is slower, and that is all.
 */
export class KeptCode {
  readonly #path: string | null
  readonly #built: string

  /** `build` tells versions of the program in `folder` apart, `part` what of it is used. */
  constructor(folder: string, build: string, part: string) {
    const own = codeFolder()
    const name = `${part}-${process.version}-${process.arch}`
    this.#built = join(folder, 'code', name)
    this.#path = own && join(own, build, name)
  }

  read(): Buffer | undefined {
    const path = this.#path
    if (path === null) return undefined
    // Who can write beside the program can write the program.
    return contents(() => [dirname(path), path].every(isOwn) && readFileSync(path)) ?? contents(() => readFileSync(this.#built))
  }

  write(made: () => Buffer): void {
    if (this.#path === null) return
    const folder = dirname(this.#path)
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      if (!isOwn(folder)) return
      // Whoever reads at this moment gets the old file or the new one, whole.
      writeFileSync(`${this.#path}.${process.pid}`, made(), { mode: 0o600 })
      renameSync(`${this.#path}.${process.pid}`, this.#path)
      dropOthers(folder)
    } catch {
      // No home, or a file system that is read-only or full.
    }
  }
}

function contents(read: () => Buffer | false): Buffer | undefined {
  try {
    return read() || undefined
  } catch {
    return undefined
  }
}

/** Node's own variables for the same (node(1)): NODE_DISABLE_COMPILE_CACHE, NODE_COMPILE_CACHE. */
function codeFolder(): string | null {
  const { NODE_DISABLE_COMPILE_CACHE, NODE_COMPILE_CACHE, XDG_CACHE_HOME } = process.env
  if (NODE_DISABLE_COMPILE_CACHE) return null
  return join(NODE_COMPILE_CACHE || XDG_CACHE_HOME || join(homedir(), '.cache'), 'chainwalk')
}

/** Other builds' code goes: this one runs here now. */
function dropOthers(folder: string): void {
  const builds = readdirSync(dirname(folder)).filter((name) => /^[0-9a-f]{16}$/.test(name) && name !== basename(folder))
  for (const build of builds) rmSync(join(dirname(folder), build), { recursive: true, force: true })
}

/** V8 runs what is kept unchecked, so nobody else may have written it: not in sudo's "home" of another user, not in a shared folder. */
function isOwn(path: string): boolean {
  const { uid, mode } = statSync(path)
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0)
}
