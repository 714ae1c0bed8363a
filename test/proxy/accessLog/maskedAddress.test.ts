import { describe, expect, it } from 'vitest'
import { parseLoggedEndpoint, parseLoggedHost, printLoggedEndpoint, sameHost } from '../../../src/proxy/accessLog/loggedEndpoint.ts'
import type { LoggedHost } from '../../../src/proxy/accessLog/loggedEndpoint.ts'

const host = (text: string): LoggedHost => parseLoggedHost(text) ?? expect.fail(`${text} is no address`)

describe('logged addresses', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1', 'same'],
    ['10.0.0.1', '10.0.0.2', 'other'],
    ['172.17.X.XXX', '172.17.0.5', 'may be'],
    ['172.17.X.XXX', '172.18.0.5', 'other'],
    ['172.17.X.XXX', '172.17.X.XXX', 'may be'],
    ['172.17.X.XXX', '10.0.0.93', 'other'],
    ['10.0.0.1x', '10.0.0.15', 'may be'],
    ['10.0.0.1x', '10.0.0.25', 'other'],
    ['10.0.0.1x', '10.0.0.1', 'other'],
    ['10.0.0.1x', '10.0.0.x5', 'may be'],
    ['10.0.0.1x', '10.0.0.2*', 'other'],
    ['fd00::xxxx', 'fd00::1', 'may be'],
    ['fd00::1', '10.0.0.1', 'other'],
  ] as const)('%s and %s: %s', (x, y, expected) => {
    const words = [sameHost(host(x), host(y)), sameHost(host(y), host(x))].map((same) => (same === true ? 'same' : same === false ? 'other' : 'may be'))
    expect(words).toEqual([expected, expected])
  })

  it.each(['10.0.0.1:80', '[fe80::1]:80', '172.17.X.XXX:80', '120.244.XXX.XXX:28504'])('%s', (text) => {
    const endpoint = parseLoggedEndpoint(text)
    expect(endpoint && printLoggedEndpoint(endpoint)).toBe(text)
  })

  it.each(['-', '10.0.0.1', '10.0.0.300:80', '10.0.0.1:99999', 'envoy://internal_client_address/', '[10.0.0.1]:80', 'fe80::1:80', '10.0.0.X.X:1', '/var/run/app.sock'])('%s is none', (text) => {
    expect(parseLoggedEndpoint(text)).toBeNull()
  })
})
