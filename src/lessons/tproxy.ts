import type { Lesson } from './lesson.ts'
import { CLIENT, fromClient, POD, sidecarPod } from './setting.ts'

const NO_POLICY_ROUTE = `$ ip rule
0:	from all lookup local
32766:	from all lookup main
32767:	from all lookup default
$ ip route show table all
default via 10.20.0.1 dev eth0
10.20.0.0/24 dev eth0 proto kernel scope link src 10.20.0.77
local 10.20.0.77 dev eth0 table local proto kernel scope host src 10.20.0.77
local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1
local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1
`

const NOT_TRANSPARENT = `$ ss -lntupe --inet-sockopt
Netid State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess
tcp LISTEN 0 4096 0.0.0.0:15006 0.0.0.0:* users:(("envoy",pid=17,fd=34)) uid:1337 ino:7001 sk:1 <->
	inet-sockopt: ( is_icsk mc_loop mc_all)
tcp LISTEN 0 4096 0.0.0.0:15001 0.0.0.0:* users:(("envoy",pid=17,fd=35)) uid:1337 ino:7002 sk:2 <->
	inet-sockopt: ( is_icsk mc_loop mc_all)
tcp LISTEN 0 511 0.0.0.0:8080 0.0.0.0:* users:(("app",pid=1,fd=3)) uid:1000 ino:7003 sk:3 <->
	inet-sockopt: ( is_icsk mc_loop mc_all)
`

export const tproxy: Lesson = {
  id: 'tproxy',
  title: { en: 'TPROXY step by step', zh: '一步一步看 TPROXY' },
  namespaces: {
    pod: sidecarPod({ mode: 'TPROXY' }),
    noRoute: sidecarPod({ mode: 'TPROXY', session: NO_POLICY_ROUTE }),
    notTransparent: sidecarPod({ mode: 'TPROXY', session: NOT_TRANSPARENT }),
  },
  steps: [
    {
      namespace: 'pod',
      connection: fromClient(8080),
      tells: [{ en: 'The annotation sidecar.istio.io/interceptionMode: TPROXY moves inbound interception from the nat table to the mangle table. Envoy runs as root with the group 1337. The client {from} dials {to}:{dport}.', zh: '注解 sidecar.istio.io/interceptionMode: TPROXY 把入站拦截从 nat 表移到 mangle 表，Envoy 以 root 身份、组 1337 运行。客户端 {from} 访问 {to}:{dport}。' }],
      question: {
        asks: 'source',
        text: { en: 'Which source address does the app see?', zh: '应用看到的源地址是什么？' },
        choices: [
          { value: POD },
          { value: CLIENT },
          { value: '127.0.0.6', thought: { en: 'So it is with REDIRECT. Here the filter original_src overrides the cluster\'s bind address.', zh: 'REDIRECT 才是这样。这里 original_src 过滤器盖过了 cluster 的绑定地址。' } },
        ],
      },
      reveals: [
        { en: '`{met 0 mangle ISTIO_TPROXY}` rewrites nothing. It gives the SYN Envoy\'s listening socket, on {port}, and the mark {mark 0 PREROUTING}. The address the client dialled stays in the packet and becomes the local address of the accepted socket, {original}; for that the listener must be transparent (IP_TRANSPARENT).', zh: '`{met 0 mangle ISTIO_TPROXY}` 不改写任何东西，只把 Envoy 在 {port} 上的监听 socket 和 mark {mark 0 PREROUTING} 交给这个 SYN。客户端访问的地址留在包里，成为 accept 出来的 socket 的本地地址 {original}；为此监听 socket 必须是透明的（IP_TRANSPARENT）。' },
        { en: 'Then Envoy dials {dialTo} and binds {dialFrom}, the client\'s address, which is not the pod\'s. This socket has SO_MARK {mark 1 OUTPUT}, by which the rules know it and spare it: `{met 1 mangle ISTIO_INBOUND}`.', zh: '随后 Envoy 连接 {dialTo}，绑定的却是客户端的地址 {dialFrom}，并不是 Pod 自己的地址。这个 socket 带有 SO_MARK {mark 1 OUTPUT}，规则靠它认出并放过这条连接：`{met 1 mangle ISTIO_INBOUND}`。' },
      ],
    },
    {
      namespace: 'pod',
      connection: fromClient(8080),
      tells: [{ en: 'The app answers Envoy. But it believes to talk to {from}, so its SYN-ACK is addressed to {from}, and the routing table sends that out by eth0, to a client who never asked. The app\'s socket has no mark.', zh: '应用给 Envoy 回包。可是它以为对端是 {from}，于是 SYN-ACK 的目的地址是 {from}，按路由表会从 eth0 发给真正的客户端，而客户端根本没有发起过这条连接。应用的 socket 没有 mark。' }],
      question: {
        asks: 'mark',
        packet: { leg: 1, direction: 'reply' },
        behind: 'OUTPUT',
        text: { en: 'Which mark has the app\'s SYN-ACK when OUTPUT is through with it?', zh: '走完 OUTPUT 之后，应用的 SYN-ACK 带着什么 mark？' },
        choices: [
          { value: 0, thought: { en: 'It starts with none, but the connection remembers one.', zh: '它一开始没有 mark，但连接记住了一个。' } },
          { value: 0x539 },
          { value: 0x53a, thought: { en: 'That one is for what the proxy sends to its own pod.', zh: '这个 mark 用在代理发往自己 Pod 的包上。' } },
        ],
      },
      reveals: [
        { en: 'When Envoy\'s SYN came in by lo, `{met 1 mangle PREROUTING}` saved its mark in the conntrack entry. `{met 1 reply mangle OUTPUT}` puts it on the reply: {mark 1 reply OUTPUT}.', zh: 'Envoy 的 SYN 从 lo 进来时，`{met 1 mangle PREROUTING}` 把它的 mark 存进了 conntrack 表项；`{met 1 reply mangle OUTPUT}` 再把它恢复到回包上：{mark 1 reply OUTPUT}。' },
        { en: 'Because the mark changed, the kernel looks up the route once more. `ip rule` sends what is marked 0x539 (1337) to table 133, whose one route takes everything as local, by lo. Here: {route 1 reply}. So the SYN-ACK comes back to Envoy\'s socket.', zh: 'mark 变了，内核会重新查一次路由。`ip rule` 让带 mark 0x539（即 1337）的包查 133 号表，表里唯一的路由把一切当作本机、走 lo。本次查到的是：{route 1 reply}。于是 SYN-ACK 回到 Envoy 的 socket。' },
      ],
    },
    {
      namespace: 'noRoute',
      connection: fromClient(8080),
      tells: [{ en: 'On another node `ip rule` shows no fwmark line and table 133 is empty; all iptables rules are the same. The client dials {to}:{dport} and is accepted by Envoy. Envoy dials the app.', zh: '在另一台节点上，`ip rule` 里没有 fwmark 那一行，133 号表是空的，iptables 规则则完全一样。客户端访问 {to}:{dport}，Envoy 已经 accept，接着 Envoy 去连接应用。' }],
      question: {
        asks: 'result',
        of: 'proxy',
        text: { en: 'What does Envoy\'s own connect() give?', zh: 'Envoy 自己的 connect() 结果如何？' },
        choices: [
          { value: 'connected', thought: { en: 'The SYN arrives without any policy route; the answer does not.', zh: 'SYN 不需要策略路由就能到达，回包却不行。' } },
          { value: 'refused' },
          { value: 'timeout' },
        ],
      },
      reveals: [{ en: 'The SYN reaches the app, as {to} is the pod\'s own address. The SYN-ACK gets its mark, {mark 1 reply OUTPUT}, but no rule asks for it: {route 1 reply}. It leaves for the real client, who knows of no such connection. Seen from outside: the client is connected and waits.', zh: 'SYN 能到应用，因为 {to} 本来就是 Pod 自己的地址。SYN-ACK 也拿到了 mark {mark 1 reply OUTPUT}，但没有策略路由使用它：{route 1 reply}。它发给了真正的客户端，而对方不知道这条连接。从外面看：客户端已经连上，却一直等不到数据。' }],
    },
    {
      namespace: 'pod',
      connection: { from: { uid: 0, gid: 1337 }, to: POD, port: 8080, proto: 'tcp' },
      tells: [{ en: 'The app calls its own Service, and Envoy picks its own pod: as uid {uid}, gid 1337, without SO_MARK, it dials {to}:{dport} over lo. TPROXY works in PREROUTING only, and there `{rule mangle ISTIO_INBOUND 3}` spares what comes in by lo.', zh: '应用访问自己的 Service，Envoy 选中了自己的 Pod：它以 uid {uid}、gid 1337、不带 SO_MARK，经 lo 连接 {to}:{dport}。TPROXY 只能用在 PREROUTING，而那里有 `{rule mangle ISTIO_INBOUND 3}` 放过从 lo 进来的包。' }],
      question: {
        asks: 'mark',
        packet: { leg: 0, direction: 'original' },
        behind: 'OUTPUT',
        text: { en: 'Which mark has Envoy\'s SYN when OUTPUT is through with it?', zh: '走完 OUTPUT 之后，Envoy 的 SYN 带着什么 mark？' },
        choices: [
          { value: 0, thought: { en: 'Then the inbound side would be left out, and with it its policies.', zh: '那样就会跳过入站侧，策略也就不生效了。' } },
          { value: 0x539, thought: { en: 'That one would exempt it at once.', zh: '带上这个 mark 会立即被放过。' } },
          { value: 0x53a },
        ],
      },
      reveals: [{ en: '`{met 0 mangle OUTPUT}`: {mark 0 OUTPUT} is the one mark with which a packet from lo is not spared, and so `{met 0 mangle ISTIO_TPROXY}` has it. Envoy accepts its own dial on {port}, then dials the app from {dialFrom}.', zh: '`{met 0 mangle OUTPUT}`：只有带着 {mark 0 OUTPUT}，从 lo 进来的包才不会被放过，于是 `{met 0 mangle ISTIO_TPROXY}` 接走了它。Envoy 在 {port} 上收到自己的连接，再从 {dialFrom} 连接应用。' }],
    },
    {
      namespace: 'notTransparent',
      connection: fromClient(8080),
      tells: [{ en: 'Rules and routes are right again, but this Envoy got the configuration for REDIRECT: `ss --inet-sockopt` does not say "transparent" of its listener on 15006. The client dials {to}:{dport}.', zh: '规则和路由都恢复了，但这个 Envoy 拿到的是 REDIRECT 模式的配置：`ss --inet-sockopt` 显示 15006 的监听 socket 没有 transparent。客户端访问 {to}:{dport}。' }],
      question: {
        asks: 'result',
        of: 'caller',
        text: { en: 'What does the client\'s connect() give?', zh: '客户端的 connect() 结果如何？' },
        choices: [
          { value: 'connected' },
          { value: 'refused', thought: { en: 'Something does listen; and TPROXY sends no RST.', zh: '端口上确实有监听；而且 TPROXY 不会发 RST。' } },
          { value: 'timeout' },
        ],
      },
      reveals: [{ en: '`{met 0 mangle ISTIO_TPROXY}` finds a socket that is not transparent, and drops the packet without a word. No RST, no log line, no listener missing: only silence.', zh: '`{met 0 mangle ISTIO_TPROXY}` 找到的 socket 不是透明的，于是直接丢包。没有 RST，没有日志，监听端口也都在，只是没有任何回应。' }],
    },
  ],
}
