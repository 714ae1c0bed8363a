import { describe, expect, it } from 'vitest'
import { printEndpoint } from '../../src/net/address.ts'
import { codes, policyRule, read, route, socket } from './read.ts'

const facts = (...lines: readonly string[]): ReturnType<typeof read>['value']['facts'] => read(lines.join('\n')).value.facts

describe('ip addr', () => {
  const shown = (...lines: readonly string[]): unknown => facts(...lines).interfaces?.map(({ name, up, master, addresses }) => [name, up, master, ...addresses.map(({ address, length, scope, secondary }) => `${printEndpoint(address, 0)}/${length} ${scope}${secondary ? ' secondary' : ''}`)])
  it('with bridges, secondary and point-to-point addresses', () => {
    expect(shown('$ ip a', '4: docker0: <NO-CARRIER,BROADCAST> mtu 1500 state DOWN', '    inet 172.17.0.1/16 brd 172.17.255.255 scope global docker0', '    inet 172.17.0.9/16 scope global secondary docker0', '5: veth1@if2: <BROADCAST,UP> mtu 1500 master docker0 state UP', '    inet6 fe80::1/64 scope link', '6: tun0: <UP> mtu 1', '    inet 10.8.0.1 peer 10.8.0.2/32 scope global tun0'))
      .toEqual([['docker0', false, null, '172.17.0.1:0/16 global', '172.17.0.9:0/16 global secondary'], ['veth1', true, 'docker0', '[fe80::1]:0/64 link'], ['tun0', true, null, '10.8.0.1:0/32 global']])
  })
  it('in the one-line form', () => {
    expect(shown('1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever')).toEqual([['lo', true, null, '127.0.0.1:0/8 host']])
  })
  it('as ifconfig shows it, new and old', () => {
    expect(shown('eth0: flags=4163<UP,BROADCAST>  mtu 1500', '        inet 10.20.0.77  netmask 255.255.255.0  broadcast 10.20.0.255', '        inet6 fe80::1  prefixlen 64  scopeid 0x20<link>', 'lo        Link encap:Local Loopback', '          inet addr:127.0.0.1  Mask:255.0.0.0'))
      .toEqual([['eth0', true, null, '10.20.0.77:0/24 global', '[fe80::1]:0/64 link'], ['lo', true, null, '127.0.0.1:0/8 host']])
  })
})

describe('ip rule', () => {
  it('with every selector that is modelled', () => {
    expect(facts('$ ip rule list', '10:\tnot from 10.0.0.0/8 to 1.2.3.4 iif eth0 oif lo uidrange 0-99 fwmark 0x40/0xf0 lookup 77 proto static', '11:\tfrom all fwmark 1337 unreachable', '12:\tfrom all lookup custom').rules[4]?.map(policyRule))
      .toEqual(['10 not from 10.0.0.0/8 to 1.2.3.4/32 mark 64/240 iif eth0 oif lo uid 0-99 lookup 77', '11 mark 1337/4294967295 unreachable', '12 lookup 4294967296'])
  })
  it('says what is not modelled', () => {
    const result = read('$ ip -6 rule\n100:    from all fwmark 0x200/0x200 goto 32766\n101:    from all ipproto tcp dport 80 lookup 5\n102:    from all lookup main suppress_prefixlength 0')
    expect(result.value.facts.rules[6]?.map(({ action, unread }) => [action, unread])).toEqual([
      [{ kind: 'goto', priority: 32766 }, null], [{ kind: 'lookup', table: 5, suppress: null }, 'ipproto'], [{ kind: 'lookup', table: 254, suppress: 0 }, null],
    ])
    expect(codes(result).filter((code) => code === 'unmodelled-policy-rule')).toHaveLength(1)
  })
  it('without a prompt is IPv6 the second time', () => {
    const { rules } = facts('0:\tfrom all lookup local', '32766:\tfrom all lookup main', '0:\tfrom all lookup local')
    expect([rules[4]?.length, rules[6]?.length]).toEqual([2, 1])
  })
})

describe('ip neigh', () => {
  it('tells Ethernet addresses; who does not answer has none', () => {
    const { neighbours } = facts('$ ip neigh', '10.20.0.78 dev eth0 lladdr 2:0:5e:10:0:1 PERMANENT', 'fe80::1 dev eth0 lladdr 02:00:5e:10:00:02 router STALE', '10.20.0.9 dev eth0  FAILED')
    expect(neighbours.map(({ device, mac }) => `${device} ${mac}`)).toEqual(['eth0 02:00:5e:10:00:01', 'eth0 02:00:5e:10:00:02'])
  })
})

describe('which kernel it is', () => {
  it.each([['$ uname -r', '5.15.0-91-generic'], ['$ uname -a', 'Linux node1 5.15.0-91-generic #101-Ubuntu SMP'], ['$ sysctl -a', 'kernel.osrelease = 5.15.0-91-generic'], ['$ cat /proc/version', 'Linux version 5.15.0 (x@y)']])('%s: %s', (command, line) => {
    expect(facts(command, line).release).toEqual({ major: 5, minor: 15 })
  })
})

describe('ip route', () => {
  it('of one table knows no other', () => {
    const { routes, routeTables } = facts('$ ip route show table 101', 'default via 192.168.127.2 dev istioout', '$ ip route', '10.0.0.0/8 dev eth0 scope link src 10.0.0.9 metric 5 linkdown', 'blackhole 10.9.0.0/16')
    expect(routes[4]?.map(route)).toEqual(['unicast 0.0.0.0/0 via 192.168.127.2:0 istioout 101 0', 'unicast 10.0.0.0/8 eth0 src 10.0.0.9:0 254 5', 'blackhole 10.9.0.0/16 254 0'])
    expect(routeTables).toEqual({ 4: [101, 254], 6: null })
  })
  it('of all tables prints IPv4, then IPv6', () => {
    const { routes } = facts('$ ip route show table all', 'local default dev lo table 133 scope host', 'local default dev lo table 133 metric 1024 pref medium', 'unreachable default dev lo metric 4294967295 error -101', 'default via inet6 fe80::1 dev eth0')
    expect(routes[4]?.map(route)).toEqual(['local 0.0.0.0/0 lo 133 0'])
    expect(routes[6]?.map(route)).toEqual(['local ::/0 lo 133 1024', 'unreachable ::/0 lo 254 4294967295', 'unicast ::/0 via [fe80::1]:0 eth0 254 0'])
  })
  it('with several next hops uses the first and says so', () => {
    const result = read('$ ip route\ndefault proto static metric 20\n\tnexthop via 10.0.0.1 dev eth0 weight 1\n\tnexthop via 10.0.0.2 dev eth1 weight 1')
    expect(result.value.facts.routes[4]?.map(route)).toEqual(['unicast 0.0.0.0/0 via 10.0.0.1:0 eth0 254 20'])
    expect(codes(result)).toContain('multipath-route')
  })
})

describe('sockets', () => {
  it('of ss, with devices, marks and every way to write an owner', () => {
    const { listeners } = facts('$ ss -lntupe', 'Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process', 'udp   UNCONN 0      0      127.0.0.53%lo:53    0.0.0.0:*    users:(("systemd-resolve",pid=7,fd=12)) uid:101 ino:1 sk:1 fwmark:0x539 <->', 'tcp   LISTEN 0      4096   [::]:22   [::]:*  users:(("sshd",pid=1,fd=3),("x",pid=2,fd=3)) ino:2 sk:2 v6only:1 <->', 'tcp   ESTAB 0      0   10.0.0.1:22   10.0.0.2:99  ino:2 sk:2', 'u_str LISTEN 0 4096 /run/x 1 * 0')
    expect(listeners?.map(socket)).toEqual(['udp 127.0.0.53:53 101:? systemd-resolve 7', 'tcp [::]:22 0:? sshd 1'])
    expect(listeners?.map(({ device, mark, v6only }) => [device, mark, v6only])).toEqual([['lo', 1337, false], [null, 0, true]])
  })
  it('of an ss without owners', () => {
    expect(facts('$ ss -lnt', 'State   Recv-Q  Send-Q   Local Address:Port    Peer Address:Port', 'LISTEN  0  128  *:8080  *:*', 'LISTEN  0  128  0.0.0.0:http  0.0.0.0:*').listeners?.map(socket)).toEqual(['tcp [::]:8080 ?:? ? ?', 'tcp 0.0.0.0:80 ?:? ? ?'])
  })
  it('of an ss so old that "*" is IPv4', () => {
    expect(facts('$ ss -lnt', 'LISTEN  0  128  *:8080  *:*', 'LISTEN  0  128  :::22  :::*').listeners?.map(socket)).toEqual(['tcp 0.0.0.0:8080 ?:? ? ?', 'tcp [::]:22 ?:? ? ?'])
  })
  it('of netstat, and the ids of their processes', () => {
    const { listeners, listenerProtocols, ids } = facts('$ nsenter -t 20533 -n netstat -lntp', 'Active Internet connections (only servers)', 'Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name', 'tcp        0      0 0.0.0.0:15006           0.0.0.0:*               LISTEN      17/envoy', 'tcp6       0      0 :::15020                :::*                    LISTEN      9/pilot-agent', '$ cat /proc/17/status', 'Name:\tenvoy', 'Uid:\t0\t1337\t1337\t1337', 'Gid:\t1337\t1337\t1337\t1337')
    expect(listeners?.map(socket)).toEqual(['tcp 0.0.0.0:15006 1337:1337 envoy 17', 'tcp [::]:15020 ?:? pilot-agent 9'])
    expect(listenerProtocols).toEqual([6])
    expect(ids).toEqual([{ pid: 17, name: 'envoy', uid: 1337, gid: 1337 }])
  })
  it('that are connected say nothing of those that listen', () => {
    expect(facts('$ netstat -ntp', 'Proto Recv-Q Send-Q Local Address Foreign Address State', 'tcp 0 0 10.0.0.1:80 127.0.0.6:42691 TIME_WAIT -').listeners).toBeNull()
    expect(facts('$ ss -ntl').listeners).toEqual([])
  })
})

describe('small sections', () => {
  it('sysctl, by name and by file', () => {
    expect(facts('$ sysctl -n net.ipv4.ip_forward', '1', '$ cat /proc/sys/net/ipv4/conf/eth0/rp_filter', '2', '$ sysctl -a', 'net.ipv4.conf.eth0/5.rp_filter=0', 'net.ipv4.ip_local_port_range = 32768\t60999', 'kernel.pid_max = 9').sysctls)
      .toEqual({ 'net.ipv4.ip_forward': 1, 'net.ipv4.conf.eth0.rp_filter': 2, 'net.ipv4.conf.eth0.5.rp_filter': 0 })
  })
  it('ids of several processes in one grep', () => {
    expect(facts("$ grep -E '^(Uid|Gid)' /proc/8/status /proc/9/status", '/proc/8/status:Uid:\t1\t2\t3\t4', '/proc/8/status:Gid:\t5\t5\t5\t6', '/proc/9/status:Uid:\t7\t7\t7\t7').ids).toEqual([{ pid: 8, name: null, uid: 4, gid: 6 }, { pid: 9, name: null, uid: 7, gid: null }])
  })
  it('ipset save and ipset list', () => {
    expect(facts('$ ipset save', 'create a hash:ip,port family inet hashsize 64', 'add a 10.0.0.1,tcp:80 timeout 3', '$ ipset list', 'Name: b', 'Type: hash:net', 'Header: family inet', 'Members:', '10.0.0.0/8 nomatch', '10.1.0.0/16 timeout 9', '', 'prose').sets)
      .toEqual([{ name: 'a', type: 'hash:ip,port', entries: ['10.0.0.1,tcp:80'] }, { name: 'b', type: 'hash:net', entries: ['10.0.0.0/8 nomatch', '10.1.0.0/16'] }])
  })
  it('kubectl get pod,svc', () => {
    const { pods, services } = facts('$ kubectl get pod,svc -owide', 'NAME        READY   STATUS    RESTARTS        AGE   IP           NODE', 'pod/a-1     2/2     Running   1 (5d20h ago)   7d    10.244.1.5   node1', 'pod/b       0/2     Pending   0               7d    <none>       <none>', '', 'NAME                 TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)                  AGE', 'service/kubernetes   ClusterIP   10.96.0.1    <none>        443/TCP,80:30001/UDP     30d')
    expect(pods.map(({ name, address, node }) => [name, address && printEndpoint(address, 0), node])).toEqual([['a-1', '10.244.1.5:0', 'node1'], ['b', null, null]])
    expect(services.map(({ name, ports }) => [name, ports])).toEqual([['kubernetes', [{ port: 443, nodePort: null, protocol: 'TCP' }, { port: 80, nodePort: 30001, protocol: 'UDP' }]]])
  })
  it('the warning of hidden legacy tables', () => {
    const result = read('# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n*nat\n-A OUTPUT -j ACCEPT\nCOMMIT')
    expect(result.value.facts.backends).toEqual({ seen: ['nft'], legacyTablesPresent: true })
    expect(codes(result)).toEqual(['legacy-tables-hidden'])
  })
})
