import type { Lesson, LessonConnection, LessonNamespace } from './lesson.ts'

const NODE = '192.0.2.10'
const USER = '203.0.113.7'
const BRIDGE = '10.244.1.1'

const SESSION = `$ ip addr
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq state UP
    inet ${NODE}/24 scope global eth0
3: cni0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP
    inet ${BRIDGE}/24 scope global cni0
$ ip route show table all
default via 192.0.2.1 dev eth0
192.0.2.0/24 dev eth0 proto kernel scope link src ${NODE}
10.244.1.0/24 dev cni0 proto kernel scope link src ${BRIDGE}
10.244.2.0/24 via 192.0.2.11 dev eth0
local ${BRIDGE} dev cni0 table local proto kernel scope host src ${BRIDGE}
local ${NODE} dev eth0 table local proto kernel scope host src ${NODE}
local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1
local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1
$ sysctl net.ipv4.ip_forward
net.ipv4.ip_forward = 1
`

/** As kube-proxy makes them for one Service with one endpoint, without comments and hashes. */
const nat = (external: readonly string[], endpoint: string): string => `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-EXT-GATEWAY - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-SEP-GATEWAY - [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-GATEWAY - [0:0]
:KUBE-SVL-GATEWAY - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A OUTPUT -j KUBE-SERVICES
-A POSTROUTING -j KUBE-POSTROUTING
-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
-A KUBE-NODEPORTS -p tcp -m tcp --dport 30080 -j KUBE-EXT-GATEWAY
${external.map((rule) => `-A KUBE-EXT-GATEWAY ${rule}`).join('\n')}
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-SVC-GATEWAY -j KUBE-SEP-GATEWAY
-A KUBE-SVL-GATEWAY -j KUBE-SEP-GATEWAY
-A KUBE-SEP-GATEWAY -s ${endpoint}/32 -j KUBE-MARK-MASQ
-A KUBE-SEP-GATEWAY -p tcp -m tcp -j DNAT --to-destination ${endpoint}:8443
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -j MASQUERADE --random-fully
COMMIT
`

const FILTER = `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:KUBE-EXTERNAL-SERVICES - [0:0]
-A INPUT -m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES
-A KUBE-EXTERNAL-SERVICES -p tcp -m addrtype --dst-type LOCAL -m tcp --dport 30080 -j DROP
COMMIT
`

const CLUSTER = ['-j KUBE-MARK-MASQ', '-j KUBE-SVC-GATEWAY']
const LOCAL = ['-s 10.244.0.0/16 -j KUBE-SVC-GATEWAY', '-m addrtype --src-type LOCAL -j KUBE-MARK-MASQ', '-m addrtype --src-type LOCAL -j KUBE-SVC-GATEWAY']

const nodeWith = (text: string): LessonNamespace => ({ rules: { from: 'save', text }, addresses: [], session: SESSION })

const toNodePort: LessonConnection = { from: USER, to: NODE, port: 30080, proto: 'tcp' }

export const node: Lesson = {
  id: 'node',
  title: { en: 'kube-proxy and externalTrafficPolicy', zh: 'kube-proxy 与 externalTrafficPolicy' },
  namespaces: {
    cluster: nodeWith(nat(CLUSTER, '10.244.1.20')),
    local: nodeWith(nat([...LOCAL, '-j KUBE-SVL-GATEWAY'], '10.244.1.20')),
    elsewhere: nodeWith(nat(LOCAL, '10.244.2.20') + FILTER),
  },
  steps: [
    {
      namespace: 'cluster',
      connection: toNodePort,
      tells: [{ en: 'Before a connection from outside meets any pod, it meets a node. A user at {from} dials the ingress gateway\'s node port: {to}:{dport}. The Service has externalTrafficPolicy: Cluster, and its one pod, 10.244.1.20, runs on this node, behind cni0.', zh: '外部连接在到达任何 Pod 之前，先到达节点。用户 {from} 访问入口网关的 NodePort：{to}:{dport}。Service 的 externalTrafficPolicy 是 Cluster，唯一的 Pod 10.244.1.20 就在本节点，位于 cni0 之后。' }],
      question: {
        asks: 'source',
        text: { en: 'Which source address does the gateway\'s pod see?', zh: '网关 Pod 看到的源地址是什么？' },
        choices: [
          { value: BRIDGE },
          { value: NODE, thought: { en: 'MASQUERADE takes the address of the interface by which the packet goes on, and that is not eth0.', zh: 'MASQUERADE 用的是转出接口的地址，而转出接口不是 eth0。' } },
          { value: USER, thought: { en: 'DNAT would keep it; but the packet is masqueraded on its way out.', zh: 'DNAT 不会改源地址，但包在转出时被 MASQUERADE 了。' } },
        ],
      },
      reveals: [{ en: '`{rule nat KUBE-SEP-GATEWAY 2}` makes the destination a pod. Then, in POSTROUTING, `{met 0 nat KUBE-POSTROUTING}` makes the source {last}, the node\'s address on cni0. From here on nobody knows of {from} any more: no sidecar, no TPROXY brings it back.', zh: '`{rule nat KUBE-SEP-GATEWAY 2}` 把目的地址改成 Pod；然后在 POSTROUTING 中，`{met 0 nat KUBE-POSTROUTING}` 把源地址改成 {last}，即节点在 cni0 上的地址。从这里开始，再也没有人知道 {from}：sidecar 也好，TPROXY 也好，都无法找回。' }],
    },
    {
      namespace: 'cluster',
      connection: toNodePort,
      tells: [{ en: 'Not everything a node forwards is masqueraded: `{rule nat KUBE-POSTROUTING 1}`. The decision was made before, in PREROUTING, and written on the packet.', zh: '节点转发的包并不是都会做 MASQUERADE：`{rule nat KUBE-POSTROUTING 1}`。决定早在 PREROUTING 就做出了，并写在了包上。' }],
      question: {
        asks: 'mark',
        packet: { leg: 0, direction: 'original' },
        behind: 'PREROUTING',
        text: { en: 'Which mark has the SYN when PREROUTING is through with it?', zh: '走完 PREROUTING 之后，SYN 带着什么 mark？' },
        choices: [
          { value: 0, thought: { en: 'Then POSTROUTING would leave it alone.', zh: '那样 POSTROUTING 就会放过它。' } },
          { value: 0x539, thought: { en: 'That is Istio\'s, inside a pod. A mark does not cross into another network namespace.', zh: '这是 Istio 在 Pod 里用的 mark；mark 不会跨网络命名空间。' } },
          { value: 0x4000 },
        ],
      },
      reveals: [{ en: '`{met 0 nat KUBE-MARK-MASQ}` sets {mark 0 PREROUTING}: "to be masqueraded". Before MASQUERADE, `{rule nat KUBE-POSTROUTING 2}` takes the bit away again: {mark 0 POSTROUTING}.', zh: '`{met 0 nat KUBE-MARK-MASQ}` 设置了 {mark 0 PREROUTING}，意思是“需要 MASQUERADE”。在 MASQUERADE 之前，`{rule nat KUBE-POSTROUTING 2}` 又把这一位清掉：{mark 0 POSTROUTING}。' }],
    },
    {
      namespace: 'local',
      connection: toNodePort,
      tells: [{ en: 'The Service is changed to externalTrafficPolicy: Local. kube-proxy writes KUBE-EXT-GATEWAY anew: it marks only what comes from the node itself, `{rule nat KUBE-EXT-GATEWAY 2}`. {from} dials {to}:{dport} again.', zh: '把 Service 改成 externalTrafficPolicy: Local，kube-proxy 重写了 KUBE-EXT-GATEWAY：只给节点自己发出的流量打标记，`{rule nat KUBE-EXT-GATEWAY 2}`。{from} 再次访问 {to}:{dport}。' }],
      question: {
        asks: 'source',
        text: { en: 'Which source address does the gateway\'s pod see now?', zh: '这时网关 Pod 看到的源地址是什么？' },
        choices: [{ value: BRIDGE }, { value: NODE }, { value: USER }],
      },
      reveals: [{ en: '`{met 0 nat KUBE-EXT-GATEWAY}` leads to the endpoints on this node only, and nothing marks the packet: `{met 0 nat KUBE-POSTROUTING}`. The pod sees {last}. The answer finds its way, as the pod\'s default route leads back through this very node, whose conntrack knows the connection.', zh: '`{met 0 nat KUBE-EXT-GATEWAY}` 只通向本节点上的端点，没有规则给包打标记：`{met 0 nat KUBE-POSTROUTING}`。Pod 看到的是 {last}。回包也能回去：Pod 的默认路由正好经过这台节点，而节点的 conntrack 认得这条连接。' }],
    },
    {
      namespace: 'elsewhere',
      connection: toNodePort,
      tells: [{ en: 'Still Local. The gateway\'s pod moves to another node (10.244.2.20); on this one no endpoint is left. The user keeps dialling {to}:{dport}.', zh: '仍然是 Local。网关 Pod 迁移到另一台节点（10.244.2.20），本节点上不再有端点。用户继续访问 {to}:{dport}。' }],
      question: {
        asks: 'result',
        of: 'caller',
        text: { en: 'What does the user\'s connect() give?', zh: '用户的 connect() 结果如何？' },
        choices: [
          { value: 'connected', thought: { en: 'With Cluster it would be: the node would forward it, masqueraded.', zh: 'Cluster 策略下可以：节点会做 MASQUERADE 后转发。' } },
          { value: 'refused', thought: { en: 'So it is where the Service has no endpoint at all: kube-proxy rejects.', zh: '整个 Service 没有任何端点时才是这样：kube-proxy 会 REJECT。' } },
          { value: 'timeout' },
        ],
      },
      reveals: [{ en: 'No rule of KUBE-EXT-GATEWAY wants a packet from outside, so it is for the node itself, and there waits `{met 0 filter KUBE-EXTERNAL-SERVICES}`. That is why a load balancer must ask the health check of Local Services, and leave such nodes out.', zh: 'KUBE-EXT-GATEWAY 里没有规则接收外部来的包，它就成了发给节点自己的包，而等在那里的是 `{met 0 filter KUBE-EXTERNAL-SERVICES}`。所以负载均衡器必须查询 Local Service 的健康检查，避开这样的节点。' }],
    },
  ],
}
