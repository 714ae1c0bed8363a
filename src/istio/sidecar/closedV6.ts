import type { RuleList } from '../ruleList.ts'

/** 1.4 lets nothing in by IPv6 when the pod has an IPv4 address, since Envoy would not see it (1.4.0 cmd/run.go:269-275). */
export function closedV6(rules: RuleList): void {
  const why = { note: 'the pod has an IPv4 address, so this version lets nothing in by IPv6' }
  rules.append('filter', 'INPUT', '-m state --state ESTABLISHED -j ACCEPT', why)
  rules.append('filter', 'INPUT', '-i lo -d ::1 -j ACCEPT', why)
  rules.append('filter', 'INPUT', '-j REJECT', why)
}
