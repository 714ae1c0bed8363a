import { expect, it } from 'vitest'
import { chainwalk } from './chainwalk.ts'

it('chainwalk lint exits with 0 where all is as Istio makes it, and says what is dead in that', () => {
  const { status, stdout } = chainwalk(['lint', 'examples/tproxy/nat.txt', '--pod-ip', '10.20.0.77', '--json'])
  const { findings, schema }: { findings: { code: string; proof: { reason?: string } }[]; schema: string } = JSON.parse(stdout)
  expect([status, schema, findings.map(({ code }) => code)]).toEqual([0, 'chainwalk/lint@1', ['istio-dead-rule', 'istio-dead-rule', 'istio-unreachable-chain']])
  expect(findings[0]?.proof.reason).toContain('all packets it asks for are taken before it, by ISTIO_OUTPUT rule 1')
})

it('chainwalk lint exits with 1 at a warning, with file and line', () => {
  const { status, stdout } = chainwalk(['lint', '-'], '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s 10.0.0.0/8 -j ACCEPT\n-A INPUT -s 10.1.0.0/16 -j DROP\nCOMMIT\n')
  expect([status, stdout]).toEqual([1, 'warning <stdin>:4:1: filter INPUT rule 2 (-s 10.1.0.0/16 -j DROP) matches no packet [dead-rule]\n  proof: all packets it asks for are taken before it, by INPUT rule 1 (-s 10.0.0.0/8 -j ACCEPT)\n  fix: remove it, or put it before the rules that take its packets\n'])
})
