import type { Lesson } from './lesson.ts'
import { fromClient, sidecarPod } from './setting.ts'

export const redirectInbound: Lesson = {
  id: 'redirect-inbound',
  title: { en: 'How REDIRECT catches inbound connections', zh: 'REDIRECT 如何拦截入站连接' },
  namespaces: { pod: sidecarPod() },
  steps: [
    {
      namespace: 'pod',
      connection: fromClient(8080),
      tells: [
        {
          en: 'An app listens on port {dport} of its pod. It knows nothing of a sidecar, and Envoy has no socket on {dport}. Yet every connection to the app goes through Envoy. How?',
          zh: '应用在 Pod 里监听 {dport} 端口。它不知道有 sidecar，Envoy 也没有监听 {dport}，可是到应用的每条连接都会先经过 Envoy。这是怎么做到的？',
        },
        { en: 'A client at {from} dials {to}:{dport}. Its SYN comes in by eth0 and meets the chain PREROUTING of the nat table.', zh: '客户端 {from} 访问 {to}:{dport}。SYN 从 eth0 进来，先经过 nat 表的 PREROUTING 链。' },
      ],
      question: {
        asks: 'port',
        text: { en: 'Which port of the mesh accepts the connection?', zh: '这条连接由网格的哪个端口接收？' },
        choices: [
          { value: 15001, thought: { en: '15001 is for what the pod sends.', zh: '15001 是给 Pod 发出的流量用的。' } },
          { value: 15006 },
          { value: null, thought: { en: 'The app does listen on the port that is dialled, but the destination port is rewritten before the kernel looks for a socket.', zh: '应用确实在监听被访问的端口，但内核查找 socket 之前，目的端口已经被改写。' } },
        ],
      },
      reveals: [
        {
          en: '`{met 0 nat PREROUTING}` hands every TCP packet to ISTIO_INBOUND. Nothing there exempts port {dport}, so `{met 0 nat ISTIO_INBOUND}` takes it on, and `{met 0 nat ISTIO_IN_REDIRECT}` makes the destination port {port}. REDIRECT is a DNAT to the host itself; the source stays {peer}.',
          zh: '`{met 0 nat PREROUTING}` 把所有 TCP 包交给 ISTIO_INBOUND。这条链没有放行 {dport}，于是 `{met 0 nat ISTIO_INBOUND}` 继续跳转，最后 `{met 0 nat ISTIO_IN_REDIRECT}` 把目的端口改成 {port}。REDIRECT 就是目的地为本机的 DNAT，源地址仍然是 {peer}。',
        },
        {
          en: 'Only the first packet of a connection meets the nat table. conntrack keeps what was decided and rewrites all further packets alike. From it Envoy also learns where the client wanted to go: SO_ORIGINAL_DST gives {original}.',
          zh: '只有连接的第一个包会经过 nat 表。conntrack 记下结果，之后的包照样改写。Envoy 也靠它知道客户端原本要去哪里：SO_ORIGINAL_DST 返回 {original}。',
        },
      ],
    },
    {
      namespace: 'pod',
      connection: fromClient(15020),
      tells: [{
        en: 'Not everything is taken. The kubelet\'s HTTP probes go to the agent beside Envoy, on port {dport}. The kubelet has no mesh certificate: were its probes led through Envoy, strict mTLS would turn them away.',
        zh: '并不是所有流量都会被拦截。kubelet 的 HTTP 探针访问的是 Envoy 旁边的 pilot-agent（端口 {dport}）。kubelet 没有网格证书：如果探针也经过 Envoy，严格 mTLS 会拒绝它们。',
      }],
      question: {
        asks: 'rule',
        leg: 0,
        text: { en: 'Which rule decides about the SYN to {to}:{dport}?', zh: '发往 {to}:{dport} 的 SYN 由哪条规则决定去向？' },
        choices: [
          { value: 'nat ISTIO_INBOUND 1', thought: { en: 'That one is for the HBONE tunnel.', zh: '这条是给 HBONE 隧道用的。' } },
          { value: 'nat ISTIO_INBOUND 4' },
          { value: 'nat ISTIO_IN_REDIRECT 1', thought: { en: 'A rule before the last one of ISTIO_INBOUND has it first.', zh: '在走到 ISTIO_INBOUND 的最后一条之前，已经有规则先命中了。' } },
        ],
      },
      reveals: [{
        en: '`{met 0 nat ISTIO_INBOUND}`: RETURN goes back to PREROUTING, where nothing else waits, and the packet stays as it is. The agent itself accepts, and sees {last}. The ports are those of the argument -d of istio-iptables.',
        zh: '`{met 0 nat ISTIO_INBOUND}`：RETURN 回到 PREROUTING，后面没有别的规则，包保持原样。accept 的是 pilot-agent 自己，它看到的对端是 {last}。这些端口来自 istio-iptables 的 -d 参数。',
      }],
    },
    {
      namespace: 'pod',
      connection: fromClient(15001),
      tells: [{ en: 'The client gets curious and dials Envoy\'s outbound port itself: {to}:{dport}.', zh: '客户端一时好奇，直接访问 Envoy 的出站端口：{to}:{dport}。' }],
      question: {
        asks: 'port',
        text: { en: 'Which port of the mesh accepts this connection first?', zh: '这条连接最先由网格的哪个端口接收？' },
        choices: [
          { value: 15001, thought: { en: 'Envoy does listen there, but no rule exempts this port from being redirected.', zh: 'Envoy 的确监听这个端口，但没有规则把它排除在重定向之外。' } },
          { value: 15006 },
          { value: null },
        ],
      },
      reveals: [{
        en: 'For PREROUTING 15001 is a port like any other. Envoy gets it on {port}, with the original destination {original}, and dials that from {dialFrom}. So its own port 15001 accepts after all, finds that the original destination is itself, and closes.',
        zh: '对 PREROUTING 来说，15001 和别的端口没有区别。Envoy 在 {port} 上收到它，原始目的地址是 {original}，于是从 {dialFrom} 去连接这个地址。结果连到了自己的 15001：Envoy 发现原始目的地址就是自己，立即关闭连接。',
      }],
    },
  ],
}
