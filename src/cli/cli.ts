#!/usr/bin/env node
import { keptProgram } from './keptProgram.ts'
import type { main } from './main.ts'

/** The program's own name for what it is made of; the build says it. */
declare const BUILD: string

// A reader that stops early (| head) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => { process.exit(error.code === 'EPIPE' ? 0 : 1) })

const args = process.argv.slice(2)
const command = /^[a-z][a-z-]{0,15}$/.exec(args[0] ?? '')?.[0] ?? 'none'
const program = keptProgram<{ readonly main: typeof main }>(new URL('program.cjs', import.meta.url).href, BUILD, command)
process.exitCode = await program.exports.main(args)
// What is no command, or is misused, has no code worth keeping.
if (process.exitCode !== 2) program.keep()
