import { describe, expect, it } from 'vitest'
import { parseFlags } from '../../src/istio/parseFlags.ts'
import { parseVersion } from '../../src/istio/version.ts'
import type { Version } from '../../src/istio/version.ts'

const version = (text: string): Version => parseVersion(text) ?? { major: 0, minor: 0, patch: 0 }

/** Flags by their long name, and the codes of what was noticed. */
function read(args: readonly string[], of = '1.30.0'): { flags: string[]; codes: string[] } {
  const { flags, diagnostics } = parseFlags(args, version(of))
  return { flags: flags.map(({ flag, value }) => `${flag.long ?? ''}=${value}`), codes: diagnostics.map(({ code }) => code) }
}

const said = (args: readonly string[], of = '1.30.0'): string => parseFlags(args, version(of)).diagnostics.map(({ message }) => message).join('\n')

describe('flags are read as pflag reads them', () => {
  it.each([
    [['-p', '15001']], [['-p=15001']], [['-p15001']], [['--envoy-port', '15001']], [['--envoy-port=15001']],
  ])('%j', (args) => {
    expect(read(args)).toEqual({ flags: ['envoy-port=15001'], codes: [] })
  })

  it.each([
    [['--dry-run'], 'dry-run=true'], [['-n'], 'dry-run=true'], [['--dry-run=false'], 'dry-run=false'], [['-n=0'], 'dry-run=0'], [['--istio-service-cidr='], 'istio-service-cidr='],
    [['--istio-service-cidr=a=b'], 'istio-service-cidr=a=b'], [['-np', '1'], 'dry-run=true,envoy-port=1'], [['-x', ''], 'istio-service-exclude-cidr='],
  ])('%j', (args, flags) => {
    expect(read(args)).toEqual({ flags: flags.split(','), codes: [] })
  })

  it('the last one wins, so both are kept in order', () => {
    expect(read(['-b', '*', '-b', '80']).flags).toEqual(['istio-inbound-ports=*', 'istio-inbound-ports=80'])
  })

  it('a switch does not take the next word', () => {
    expect(read(['--dry-run', 'false'])).toEqual({ flags: ['dry-run=true'], codes: ['istio-extra-argument'] })
  })

  it('"--" ends the flags', () => {
    expect(read(['-p', '1', '--', '-z', '2'])).toEqual({ flags: ['envoy-port=1'], codes: ['istio-extra-argument', 'istio-extra-argument'] })
  })

  it('the name of the program is no argument', () => {
    expect(read(['istio-iptables', '-p', '1'])).toEqual({ flags: ['envoy-port=1'], codes: [] })
    expect(read(['pilot-agent', 'istio-iptables', '-p', '1'])).toEqual({ flags: ['envoy-port=1'], codes: [] })
  })
})

describe('what goes wrong is said', () => {
  it('-x without its empty argument swallows -b', () => {
    expect(read(['-x', '-b', '*', '-d', '15020'])).toEqual({ flags: ['istio-service-exclude-cidr=-b', 'istio-local-exclude-ports=15020'], codes: ['istio-swallowed-flag', 'istio-extra-argument'] })
    expect(said(['-x', '-b', '*'])).toContain('-x takes the next word, -b, as its value, so the flag -b is not set')
  })

  it.each([[['--no-such-flag'], 'unknown flag: --no-such-flag'], [['-Z', '1'], "unknown shorthand flag: 'Z' in -Z"], [['-nZ'], "unknown shorthand flag: 'Z' in -nZ"]])('%j', (args, message) => {
    expect(read(args).codes).toEqual(['istio-unknown-flag'])
    expect(said(args)).toContain(message)
  })

  it.each([['-c', '1.11.3', '1.15'], ['-q', '1.6.0', '1.7'], ['--redirect-dns', '1.8.0', '1.9'], ['--drop-invalid', '1.12.0', '1.13']])('%s is not known to %s; it exists from %s', (flag, of, since) => {
    expect(read([flag, '53'], of).codes).toEqual(['istio-unknown-flag'])
    expect(said([flag, '53'], of)).toContain(`it exists from ${since}`)
  })

  it('the long form of -c is older than the short one', () => {
    expect(read(['--istio-exclude-interfaces', 'eth1'], '1.11.3')).toEqual({ flags: ['istio-exclude-interfaces=eth1'], codes: [] })
    expect(read(['-c', 'eth1'], '1.15.0')).toEqual({ flags: ['istio-exclude-interfaces=eth1'], codes: [] })
  })

  it('-f went in 1.24', () => {
    expect(read(['-f'], '1.23.0').codes).toEqual([])
    expect(said(['-f'], '1.24.0')).toContain('it exists from 1.5 to before 1.24')
  })

  it.each([[['-p'], "flag needs an argument: 'p' in -p"], [['--envoy-port'], 'flag needs an argument: --envoy-port']])('%j', (args, message) => {
    expect(read(args)).toEqual({ flags: [], codes: ['istio-flag-needs-argument'] })
    expect(said(args)).toContain(message)
  })

  it.each([[['--dry-run=maybe']], [['-n=']], [['--iptables-probe-port', '70000']], [['--probe-timeout', '5']]])('%j is refused for its value', (args) => {
    expect(read(args)).toEqual({ flags: [], codes: ['istio-bad-flag-value'] })
  })

  it('nothing is read after an error', () => {
    expect(read(['--no-such-flag', '-p', '1'])).toEqual({ flags: [], codes: ['istio-unknown-flag'] })
  })
})
