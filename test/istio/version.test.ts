import { describe, expect, it } from 'vitest'
import { behaviourOf, CHANGES, isWithin } from '../../src/istio/changes.ts'
import { FLAGS } from '../../src/istio/flags.ts'
import { compareVersions, KNOWN_RELEASES, parseVersion, resolveVersion } from '../../src/istio/version.ts'
import { ask, codes, INJECTED } from './ask.ts'

describe('a version is read', () => {
  it.each([
    ['1.11', '1.11.0'], ['1.11.3', '1.11.3'], ['v1.11.3', '1.11.3'], ['release-1.11', '1.11.0'], [' 1.20.0 ', '1.20.0'],
    ['1.11.3-distroless', '1.11.3'], ['1.31.0-rc.0', '1.31.0'], ['1.26.0+build', '1.26.0'],
  ])('%s is the release %s, without a word', (text, name) => {
    expect(resolveVersion(text)).toMatchObject({ name, note: null })
  })

  it.each([['1.11.1', '1.11.0'], ['1.11.2', '1.11.0'], ['1.11.8', '1.11.3'], ['1.20.7', '1.20.0'], ['1.99.0', '1.31.0'], ['2.0', '1.31.0']])('%s gets the nearest lower release, %s, and says so', (text, name) => {
    const found = resolveVersion(text)
    expect(found?.name).toBe(name)
    expect(found?.note).toContain(`the rules of ${name}`)
  })

  it.each(['latest', 'master', 'HEAD', 'main'])('%s is the newest known', (text) => {
    expect(resolveVersion(text)).toMatchObject({ name: KNOWN_RELEASES.at(-1), note: null })
  })

  it.each(['', 'x', '1', '1.x', '1.3', '1.3.9', '0.9', '١.11', '99999.1', '-1.11'])('%j is none', (text) => {
    expect(resolveVersion(text)).toBeNull()
    expect(ask(text, INJECTED)).toMatchObject({ value: null, diagnostics: [{ code: 'istio-unknown-version', severity: 'error' }] })
  })

  it('and the answer tells of a version that is not known by itself', () => {
    expect(codes(ask('1.11.2', INJECTED))).toEqual(['istio-nearest-version'])
    expect(codes(ask('1.11.3', INJECTED))).toEqual([])
  })
})

describe('the tables of versions', () => {
  const release = (text: string): boolean => parseVersion(text) !== null

  it('list the releases in order', () => {
    const all = KNOWN_RELEASES.flatMap((name) => parseVersion(name) ?? [])
    expect(all).toHaveLength(KNOWN_RELEASES.length)
    expect([...all].sort(compareVersions)).toEqual(all)
  })

  it('name a change once, with bounds that are versions, in order', () => {
    expect(new Set(CHANGES.map(({ id }) => id)).size).toBe(CHANGES.length)
    for (const row of CHANGES) {
      const until = 'until' in row ? row.until : '9.9'
      expect([row.id, release(row.since), release(until)]).toEqual([row.id, true, true])
      expect(isWithin(parseVersion(row.since) ?? { major: 0, minor: 0, patch: 0 }, row.since, until), row.id).toBe(true)
    }
  })

  it('have every change hold in some known release', () => {
    const behaviours = KNOWN_RELEASES.flatMap((name) => parseVersion(name) ?? []).map(behaviourOf)
    expect(CHANGES.filter(({ id }) => !behaviours.some((each) => each.has(id))).map(({ id }) => id)).toEqual([])
  })

  it('have no flag twice in one version', () => {
    for (const name of KNOWN_RELEASES) {
      const version = parseVersion(name) ?? { major: 0, minor: 0, patch: 0 }
      const names = FLAGS.filter((flag) => isWithin(version, flag.since, flag.until)).flatMap(({ long, short }) => [long ?? [], short ?? []].flat())
      expect(names.length, name).toBe(new Set(names).size)
    }
  })
})
