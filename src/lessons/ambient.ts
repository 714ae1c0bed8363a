import type { Lesson } from './lesson.ts'
import { CLIENT, fromClient, POD, PROXY, RELEASE, SERVICE } from './setting.ts'

const PROBE = '169.254.7.127'

export const ambient: Lesson = {
  id: 'ambient',
  title: { en: 'Ambient: ztunnel in the pod\'s own network', zh: 'Ambient：Pod 网络里的 ztunnel' },
  namespaces: { pod: { rules: { from: 'istio', version: RELEASE, mode: 'ambient', args: [] }, addresses: [POD] } },
  steps: [
    {
      namespace: 'pod',
      connection: fromClient(8080),
      tells: [{ en: 'An ambient pod has no sidecar container. Yet `ss` in the pod shows listeners on 15001, 15006 and 15008: ztunnel runs once per node, and opens sockets inside each pod\'s network namespace. A client outside the mesh, {from}, dials {to}:{dport} in plain text.', zh: 'Ambient 的 Pod 没有 sidecar 容器，可是在 Pod 里执行 `ss`，能看到 15001、15006、15008 在监听：ztunnel 每个节点只有一个，但会在各个 Pod 的网络命名空间里打开 socket。网格外的客户端 {from} 以明文访问 {to}:{dport}。' }],
      question: {
        asks: 'source',
        text: { en: 'Which source address does the app see?', zh: '应用看到的源地址是什么？' },
        choices: [
          { value: POD },
          { value: CLIENT },
          { value: '127.0.0.6', thought: { en: 'That is the sidecar\'s way with REDIRECT. There is a REDIRECT here too, but ztunnel dials the app in another way.', zh: '那是 sidecar 在 REDIRECT 模式下的做法。这里同样用了 REDIRECT，但 ztunnel 连接应用的方式不同。' } },
        ],
      },
      reveals: [
        { en: '`{met 0 nat ISTIO_PRERT}` takes every TCP packet that comes in, but those to 15008 and those with the mark 0x539. ztunnel accepts on {port} and learns the original destination {original}.', zh: '`{met 0 nat ISTIO_PRERT}` 接走所有进来的 TCP 包，除了目的端口是 15008 的和带 mark 0x539 的。ztunnel 在 {port} 上 accept，并得知原始目的地址 {original}。' },
        { en: 'For its own dial it binds {dialFrom}, the client\'s address (with IP_TRANSPARENT), as Envoy does with TPROXY. Every socket of ztunnel has SO_MARK {mark 1 OUTPUT}.', zh: '它自己去连接应用时，绑定的是客户端的地址 {dialFrom}（靠 IP_TRANSPARENT），和 TPROXY 模式下的 Envoy 一样。ztunnel 的每个 socket 都带 SO_MARK {mark 1 OUTPUT}。' },
      ],
    },
    {
      namespace: 'pod',
      connection: fromClient(8080),
      tells: [{ en: 'When ztunnel\'s SYN came in by lo, `{rule mangle ISTIO_PRERT 1}` saw its mark. The app\'s SYN-ACK is addressed to {from}, but must not leave the pod.', zh: 'ztunnel 的 SYN 从 lo 进来时，`{rule mangle ISTIO_PRERT 1}` 看到了它的 mark。应用的 SYN-ACK 发往 {from}，但它不能离开 Pod。' }],
      question: {
        asks: 'mark',
        packet: { leg: 1, direction: 'reply' },
        behind: 'OUTPUT',
        text: { en: 'Which mark has the SYN-ACK when OUTPUT is through with it?', zh: '走完 OUTPUT 之后，SYN-ACK 带着什么 mark？' },
        choices: [
          { value: 0 },
          { value: 0x111 },
          { value: 0x539, thought: { en: 'In a sidecar with TPROXY the mark itself is saved. Here another value is set on the connection.', zh: 'TPROXY 的 sidecar 保存的是 mark 本身；这里在连接上设的是另一个值。' } },
        ],
      },
      reveals: [{ en: '`{met 1 reply mangle ISTIO_OUTPUT}` puts the connection\'s mark on the packet, {mark 1 reply OUTPUT}, and `ip rule` sends that mark to table 100. Here: {route 1 reply}. So it comes to ztunnel.', zh: '`{met 1 reply mangle ISTIO_OUTPUT}` 把连接的 mark 放到包上，即 {mark 1 reply OUTPUT}；`ip rule` 让这个 mark 查 100 号表。本次查到的是：{route 1 reply}。于是它到了 ztunnel。' }],
    },
    {
      namespace: 'pod',
      connection: fromClient(15008),
      tells: [{ en: 'A caller inside the mesh does not dial the app. Its ztunnel dials {to}:{dport} (HBONE: HTTP CONNECT over mTLS), and says inside the tunnel where it wants to go.', zh: '网格内的调用方不会直接连接应用。它那边的 ztunnel 连接的是 {to}:{dport}（HBONE：mTLS 之上的 HTTP CONNECT），要去哪里写在隧道里。' }],
      question: {
        asks: 'port',
        text: { en: 'Which port of the mesh accepts?', zh: '这条连接由网格的哪个端口接收？' },
        choices: [
          { value: 15001 },
          { value: 15006, thought: { en: 'The rule that leads there spares this port.', zh: '通向它的规则排除了这个端口。' } },
          { value: 15008 },
        ],
      },
      reveals: [{ en: '`{rule nat ISTIO_PRERT 2}` spares what goes to {dport}, and ztunnel listens on that port itself. A NetworkPolicy that lets in nothing but the app\'s port keeps this connection out: on the wire it goes to {port}.', zh: '`{rule nat ISTIO_PRERT 2}` 排除了目的端口 {dport}，而 ztunnel 自己就在监听这个端口。如果 NetworkPolicy 只放行应用端口，这条连接就进不来：在网络上，它的目的端口是 {port}。' }],
    },
    {
      namespace: 'pod',
      connection: { from: PROXY, to: SERVICE, port: 80, proto: 'tcp' },
      tells: [{ en: 'Remember the app that ran as uid 1337 beside a sidecar, and so escaped. The same image, uid {uid}, in an ambient pod dials {to}:{dport}.', zh: '还记得在 sidecar 旁边以 uid 1337 运行、因而逃过拦截的应用吗？同一个镜像（uid {uid}）放到 ambient 的 Pod 里，访问 {to}:{dport}。' }],
      question: {
        asks: 'port',
        text: { en: 'Which port of the mesh accepts?', zh: '这条连接由网格的哪个端口接收？' },
        choices: [{ value: 15001 }, { value: 15006 }, { value: null, thought: { en: 'No rule here asks for a uid.', zh: '这里没有任何规则匹配 uid。' } }],
      },
      reveals: [{ en: '`{met 0 nat ISTIO_OUTPUT}`: what tells ztunnel from the app is its mark alone. ztunnel\'s own dial to {dialTo} has {mark 1 OUTPUT} and passes.', zh: '`{met 0 nat ISTIO_OUTPUT}`：区分 ztunnel 和应用的只有 mark。ztunnel 自己连接 {dialTo} 时带着 {mark 1 OUTPUT}，因此放行。' }],
    },
    {
      namespace: 'pod',
      connection: { from: PROBE, to: POD, port: 8080, proto: 'tcp' },
      tells: [{ en: 'The kubelet probes the app. On the node, its packets are given the source address {from} before they enter the pod. It dials {to}:{dport}.', zh: 'kubelet 探测应用。在节点上，它的包在进入 Pod 之前源地址被改成 {from}。它访问 {to}:{dport}。' }],
      question: {
        asks: 'port',
        text: { en: 'Which port of the mesh accepts?', zh: '这条连接由网格的哪个端口接收？' },
        choices: [{ value: 15006, thought: { en: 'It comes in like anybody\'s, but a rule stands before.', zh: '它和别的包一样进来，但前面有一条规则。' } }, { value: 15008 }, { value: null }],
      },
      reveals: [{ en: '`{met 0 nat ISTIO_PRERT}` comes first, and ACCEPT ends the nat table. The app itself accepts, and its log shows {last}.', zh: '`{met 0 nat ISTIO_PRERT}` 排在最前，ACCEPT 结束了 nat 表的匹配。accept 的是应用自己，它的日志里写着 {last}。' }],
    },
  ],
}
