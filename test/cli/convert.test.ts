import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { chainwalk } from './chainwalk.ts'

const SAVE = readFileSync(join(import.meta.dirname, '../../examples/node/rules.txt'), 'utf8')
const NAT = 'examples/redirect/nat.txt'

const converted = (args: readonly string[], input = ''): string => {
  const { status, stdout } = chainwalk(['convert', ...args], input)
  expect(status).toBe(0)
  return stdout
}

describe('convert', () => {
  it('save to JSON to save is the same text', () => {
    expect(converted(['-', '--to', 'save'], converted(['examples/node/rules.txt', '--to', 'json'])).trim()).toBe(SAVE.trim())
  })

  it('a listing to save to a listing is the same text', () => {
    const save = converted([NAT, '--to', 'save'])
    const listed = readFileSync(join(import.meta.dirname, '../../', NAT), 'utf8')
    const text = (listing: string): string[] => listing.split('\n').filter((line) => /^ *\d/.test(line)).map((line) => line.trim().replace(/^\S+ +\S+ +/, ''))
    expect(text(converted(['-', '--to', 'listing'], save)).sort()).toEqual(text(listed).sort())
  })

  it('keeps what it does not know, byte for byte', () => {
    const odd = '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -m frobnicate --level 5 ! --mode "a b" -j WIBBLE --hard\nCOMMIT\n'
    expect(converted(['-', '--to', 'save'], odd)).toBe(odd)
  })

  it('chain names that JavaScript knows too are only names', () => {
    const odd = '*filter\n:INPUT ACCEPT [0:0]\n:__proto__ - [0:0]\n:constructor - [0:0]\n:0 - [0:0]\n-A INPUT -j __proto__\n-A INPUT -j constructor\n-A __proto__ -j 0\nCOMMIT\n'
    expect(converted(['-', '--to', 'save'], odd)).toBe(odd)
    expect(converted(['-', '--to', 'save'], converted(['-', '--to', 'json'], odd))).toBe(odd)
  })

  it('refuses a form it does not have', () => {
    expect(chainwalk(['convert', NAT, '--to', 'nft'])).toMatchObject({ status: 2, stdout: '' })
  })
})
