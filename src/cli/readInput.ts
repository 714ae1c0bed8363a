import { readFileSync } from 'node:fs'
import type { InputFile } from '../host/inputFile.ts'
import { UsageError } from './usageError.ts'

export const STDIN = '<stdin>'

const REASONS: Readonly<Record<string, string>> = { ENOENT: 'there is no such file', EACCES: 'it may not be read', EISDIR: 'it is a directory' }

/** Reads a file, or standard input for "-". UTF-16 with a byte order mark is understood. */
export function readInput(name: string): InputFile {
  try {
    const bytes = readFileSync(name === '-' ? 0 : name)
    return { name: name === '-' ? STDIN : name, text: decoded(bytes) }
  } catch (error) {
    throw unreadable(name, error)
  }
}

/** Why a file cannot be read, in words. */
export function unreadable(name: string, error: unknown): UsageError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return new UsageError(`${name}: ${REASONS[code] ?? 'it cannot be read'}`, 'unreadable-file')
}

function decoded(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le')
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2))).swap16().toString('utf16le')
  return bytes.toString('utf8')
}
