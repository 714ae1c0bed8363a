import { expect, it } from 'vitest'
import { istioRules } from '../../src/istio/rules.ts'
import { printSave } from '../../src/ruleset/print.ts'
import { ask, connection, only } from '../world/ask.ts'

/** What a pod of Istio 1.4 printed. */
const SOCKETS = `$ nsenter -t 20533 -n netstat -nl
Active Internet connections (only servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State
tcp        0      0 0.0.0.0:15090           0.0.0.0:*               LISTEN
tcp        0      0 127.0.0.1:15000         0.0.0.0:*               LISTEN
tcp        0      0 0.0.0.0:15001           0.0.0.0:*               LISTEN
tcp        0      0 0.0.0.0:15006           0.0.0.0:*               LISTEN
tcp6       0      0 :::15020                :::*                    LISTEN
tcp6       0      0 :::8889                 :::*                    LISTEN
`

const rules = istioRules({ version: '1.4', family: 4, args: ['-p', '15001', '-z', '15006', '-u', '1337', '-m', 'REDIRECT', '-i', '*', '-b', '*', '-d', '15020'], podIps: ['192.144.99.163'] }).value

it.each([
  ['8889', [['envoy', 15006], ['app', 8889]]],
  ['15020', [['agent', 15020]]],
  // 15090 is excluded from 1.5 on only.
  ['15090', [['envoy', 15006], ['envoy', 15090]]],
  // The admin port listens on localhost, and what no Service has is dialled on the pod's address.
  ['15000', [['envoy', 15006]]],
] as const)('Istio 1.4: who owns port %s of the pod', (port, accepts) => {
  const trace = ask(`$ iptables-save\n${rules ? printSave(rules.ruleset, 'plain') : ''}${SOCKETS}`, connection(`192.144.99.150 > 192.144.99.163:${port}`), { istioVersion: '1.4.0' })
  expect(only(trace).outcome.accepts.map(({ process, port: at }) => [process, at])).toEqual(accepts)
})
