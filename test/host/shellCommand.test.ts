import { describe, expect, it } from 'vitest'
import { readPrompt } from '../../src/host/prompt.ts'
import { shellCommand } from '../../src/host/shellCommand.ts'

const rules = (family: 4 | 6, table: string | null, prints: 'all' | 'some' = 'some', backend: string | null = null): unknown => ({ kind: 'rules', family, table, prints, backend })

describe('a command line', () => {
  it.each([
    ['iptables -t nat -L -v', rules(4, 'nat')],
    ['iptables -nvL -t nat', rules(4, 'nat')],
    ['iptables -L', rules(4, 'filter')],
    ['iptables -S -t mangle', rules(4, 'mangle')],
    ['ip6tables -vnL -tnat', rules(6, 'nat')],
    ['iptables-save', rules(4, null, 'all')],
    ['iptables-save | grep ISTIO', rules(4, null)],
    ['iptables-save -t nat -c', rules(4, 'nat')],
    ['/usr/sbin/iptables-legacy-save', rules(4, null, 'all', 'legacy')],
    ['sudo -E iptables-nft --table=raw --list', rules(4, 'raw', 'some', 'nft')],
    ['kubectl -n demo exec deploy/httpbin -c istio-proxy -- iptables -t nat -S', rules(4, 'nat')],
    ['nsenter -t 20533 -n -- iptables-save', rules(4, null, 'all')],
    ['nsenter --net=/proc/7/ns/net iptables-save', rules(4, null, 'all')],
    ['docker exec --privileged c1 sh -c "iptables -t nat -L"', rules(4, 'nat')],
    ['ip netns exec pod ip6tables-save', rules(6, null, 'all')],
    ['iptables -t nat -A OUTPUT -j RETURN', { kind: 'change' }],
    ['iptables-restore < rules', { kind: 'text' }],
    ['ip a', { kind: 'addresses' }],
    ['ip -6 addr show dev eth0', { kind: 'addresses' }],
    ['ip -6 rule', { kind: 'policyRules', family: 6 }],
    ['ip route show table all', { kind: 'routes', family: null, table: 'all' }],
    ['ip -4 r list table 133', { kind: 'routes', family: 4, table: '133' }],
    ['ip route', { kind: 'routes', family: null, table: 'main' }],
    ['ip route add default via 10.0.0.1', { kind: 'other' }],
    ['ss -lnt', { kind: 'sockets', program: 'ss', protocols: ['tcp'], shows: 'listening' }],
    ['netstat -nup', { kind: 'sockets', program: 'netstat', protocols: ['udp'], shows: 'connected' }],
    ['cat /proc/17/status', { kind: 'status', pid: 17 }],
    ['kubectl get po -n demo -owide', { kind: 'known' }],
    ['kubectl get po x -ojson', { kind: 'other' }],
    ['kubectl logs x -c istio-init', { kind: 'text' }],
    ['kubectl exec -it x -c istio-proxy -- bash', { kind: 'text' }],
    ['kubectl exec x -- curl localhost:15000', { kind: 'other' }],
    ['nsenter --target 188902 -n', { kind: 'text' }],
    ['curl iptables.example', { kind: 'other' }],
    ['man iptables', { kind: 'other' }],
  ])('%s', (line, expected) => {
    expect(shellCommand(line)).toEqual(expected)
  })
  it('of endless wrappers ends', () => {
    expect(shellCommand('sudo '.repeat(800)).kind).toBe('other')
  })
})

describe('a prompt', () => {
  it.each([
    ['$ ip a', 'ip a'],
    ['root@pod:/# ip a', 'ip a'],
    ['[root@host ~]# ip a', 'ip a'],
    ['user@host:~$ ip a', 'ip a'],
    ['user@host ~ % ip a', 'ip a'],
    ['bash-5.0# ip a', 'ip a'],
    ['/ # ip a', 'ip a'],
    ['istio-proxy@simple-server-1:/$', ''],
    ['(venv) me@box:~/x$ ip a', 'ip a'],
    ['➜  ~ ip a', 'ip a'],
  ])('%s', (line, command) => {
    expect(readPrompt(line)).toEqual({ command, sure: true })
  })
  it.each([['# iptables -L'], ['# 查看 NAT 表'], ['ip addr'], ['iptables-save']])('%s is not sure', (line) => {
    expect(readPrompt(line)?.sure).toBe(false)
  })
  it.each([['-A INPUT -j DROP'], ['Chain INPUT (policy DROP)'], ['    0     0 RETURN     tcp  --  any    any     anywhere             anywhere'], ['tcp   LISTEN 0      64         127.0.0.1:9000       0.0.0.0:*']])('%s is none', (line) => {
    expect(readPrompt(line)).toBeNull()
  })
})
