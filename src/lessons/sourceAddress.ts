import type { Lesson } from './lesson.ts'
import { CLIENT, fromApp, fromClient, POD, PROXY, sidecarPod } from './setting.ts'

export const sourceAddress: Lesson = {
  id: 'source-address',
  title: { en: 'Why the app sees 127.0.0.6', zh: '为什么应用看到的源地址是 127.0.0.6' },
  namespaces: { pod: sidecarPod(), unmarked: sidecarPod({ edits: ['-t nat -D ISTIO_OUTPUT 1'] }) },
  steps: [
    {
      namespace: 'pod',
      connection: fromClient(8080),
      tells: [{ en: 'After a pod joined the mesh, its app\'s access log shows one and the same client in every line, and its list of allowed addresses fits nobody any more. The real client is {from}.', zh: 'Pod 加入网格之后，应用访问日志里每一行的客户端地址都一样，IP 白名单也全部失效。真正的客户端是 {from}。' }],
      question: {
        asks: 'source',
        text: { en: 'Which source address does the app see?', zh: '应用看到的源地址是什么？' },
        choices: [
          { value: POD, thought: { en: 'The kernel would choose it for a socket that is bound to nothing. Envoy\'s is bound.', zh: '如果 socket 没有绑定地址，内核会选它；但 Envoy 的 socket 绑定了地址。' } },
          { value: CLIENT, thought: { en: 'REDIRECT does keep the source, but the connection the app gets is not the client\'s.', zh: 'REDIRECT 的确不改源地址，但应用收到的并不是客户端的那条连接。' } },
          { value: '127.0.0.1', thought: { en: 'So it was up to Istio 1.9.', zh: 'Istio 1.9 及以前是这样。' } },
          { value: '127.0.0.6' },
        ],
      },
      reveals: [
        { en: 'There are two connections. Envoy accepts the client\'s on {port} and sees {peer}. Then Envoy dials {dialTo}, with its socket bound to {dialFrom}: from Istio 1.10 on the inbound cluster\'s upstream_bind_config says so. That one the app accepts.', zh: '这里有两条连接。Envoy 在 {port} 上 accept 客户端的连接，看到的是 {peer}；然后 Envoy 自己去连接 {dialTo}，socket 绑定在 {dialFrom} 上：从 Istio 1.10 起，入站 cluster 的 upstream_bind_config 就是这样配置的。应用 accept 的是第二条。' },
        { en: 'Why such an odd address? So that a rule can know the connection again: `{met 1 nat ISTIO_OUTPUT}` is the first one in ISTIO_OUTPUT.', zh: '为什么选这么奇怪的地址？为了让规则能认出这条连接：`{met 1 nat ISTIO_OUTPUT}` 正是 ISTIO_OUTPUT 的第一条。' },
      ],
    },
    {
      namespace: 'unmarked',
      connection: fromClient(8080),
      tells: [{ en: 'Somebody tidies up: "nothing in our cluster has 127.0.0.6", and runs `iptables -t nat -D ISTIO_OUTPUT 1`. The client dials {to}:{dport} again.', zh: '有人做清理：“集群里根本没有 127.0.0.6 这个地址”，于是执行了 `iptables -t nat -D ISTIO_OUTPUT 1`。客户端再次访问 {to}:{dport}。' }],
      question: {
        asks: 'result',
        of: 'caller',
        text: { en: 'What becomes of it?', zh: '结果会怎样？' },
        choices: [
          { value: 'connected', thought: { en: 'A later rule does let the proxy\'s uid go, but another one comes first.', zh: '后面确实有按代理 uid 放行的规则，但有另一条排在它前面。' } },
          { value: 'refused' },
          { value: 'loop' },
        ],
      },
      reveals: [{ en: 'Envoy\'s dial to {dialTo} goes out by lo, made by uid 1337, and not to 127.0.0.1. Just that is what `{met 1 nat ISTIO_OUTPUT}` asks for. So Envoy gets its own connection on {port}, reads the same original destination, {original}, and dials it again.', zh: 'Envoy 连接 {dialTo} 的包从 lo 出去，由 uid 1337 发出，目的地址不是 127.0.0.1，正好命中 `{met 1 nat ISTIO_OUTPUT}`。于是 Envoy 又在 {port} 上收到自己的连接，读到同样的原始目的地址 {original}，再连一次，如此反复。' }],
    },
    {
      namespace: 'pod',
      connection: { from: PROXY, to: POD, port: 8080, proto: 'tcp' },
      tells: [{ en: 'Why is that other rule there at all? The app calls its own Service, and Envoy on its outbound side happens to pick its own pod. As uid {uid} it dials {to}:{dport}.', zh: '那条规则到底有什么用？应用访问自己所属的 Service，Envoy 在出站侧恰好选中了自己的 Pod，于是以 uid {uid} 连接 {to}:{dport}。' }],
      question: {
        asks: 'source',
        text: { en: 'Which source address does the app see now?', zh: '这时应用看到的源地址是什么？' },
        choices: [
          { value: POD, thought: { en: 'That is the source of Envoy\'s first dial, which the app never gets.', zh: '这是 Envoy 第一次连接的源地址，而那条连接到不了应用。' } },
          { value: '127.0.0.1' },
          { value: '127.0.0.6' },
        ],
      },
      reveals: [{ en: '`{met 0 nat ISTIO_OUTPUT}` leads Envoy\'s dial to {port}: the inbound side, where TLS ends and policies hold, takes part as for any caller. Only then Envoy dials the app, from {dialFrom}.', zh: '`{met 0 nat ISTIO_OUTPUT}` 把 Envoy 的这次连接引到 {port}：入站侧照常终止 TLS、执行策略，和对待其他调用方一样。之后 Envoy 才从 {dialFrom} 连接应用。' }],
    },
    {
      namespace: 'pod',
      connection: fromApp(POD, 8080),
      tells: [{ en: 'This time the app does not use the Service: uid {uid} dials the pod\'s own address, {to}:{dport}.', zh: '这次应用不走 Service，而是以 uid {uid} 直接访问 Pod 自己的地址 {to}:{dport}。' }],
      question: {
        asks: 'source',
        text: { en: 'Which source address does the app see?', zh: '应用看到的源地址是什么？' },
        choices: [
          { value: POD },
          { value: '127.0.0.1', thought: { en: 'The kernel chooses the source by the destination: for an own address that address itself.', zh: '内核按目的地址选源地址：目的是本机地址时，源就是该地址本身。' } },
          { value: '127.0.0.6', thought: { en: 'Only Envoy\'s own socket is bound to it.', zh: '只有 Envoy 自己的 socket 才会绑定它。' } },
        ],
      },
      reveals: [{ en: '`{met 0 nat ISTIO_OUTPUT}` leaves it alone. The app talks to itself without Envoy, and sees {last}.', zh: '`{met 0 nat ISTIO_OUTPUT}` 放过了它。应用不经过 Envoy 直接和自己通信，看到的是 {last}。' }],
    },
  ],
}
