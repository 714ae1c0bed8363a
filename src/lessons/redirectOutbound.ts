import type { Lesson } from './lesson.ts'
import { APP, fromApp, POD, SERVICE, sidecarPod } from './setting.ts'

export const redirectOutbound: Lesson = {
  id: 'redirect-outbound',
  title: { en: 'How REDIRECT catches outbound connections', zh: 'REDIRECT 如何拦截出站连接' },
  namespaces: { pod: sidecarPod() },
  steps: [
    {
      namespace: 'pod',
      connection: fromApp(SERVICE, 80),
      tells: [
        { en: 'The app, a process of uid {uid}, calls a Service: {to}:{dport}. `tcpdump -i eth0` shows no packet of its connection, only one of Envoy\'s. Where did the app\'s SYN go?', zh: '应用进程（uid {uid}）访问一个 Service：{to}:{dport}。在 eth0 上抓包，看不到应用自己的连接，只看到 Envoy 的。应用的 SYN 去哪儿了？' },
        { en: 'What a process of the pod sends meets OUTPUT, not PREROUTING.', zh: 'Pod 内进程发出的包走 OUTPUT，不走 PREROUTING。' },
      ],
      question: {
        asks: 'port',
        text: { en: 'Which port of the mesh accepts the app\'s connection?', zh: '应用的这条连接由网格的哪个端口接收？' },
        choices: [
          { value: 15001 },
          { value: 15006, thought: { en: '15006 is for what comes in.', zh: '15006 是给入站流量用的。' } },
          { value: null, thought: { en: 'It would be, were the address among the excluded ones.', zh: '只有目的地址在排除列表里才会这样。' } },
        ],
      },
      reveals: [
        {
          en: 'In ISTIO_OUTPUT all rules before the last ask for loopback or for the proxy\'s ids. `{met 0 nat ISTIO_OUTPUT}` has what is left, and `{met 0 nat ISTIO_REDIRECT}` rewrites its destination. In OUTPUT, REDIRECT goes to 127.0.0.1: the packet turns round and comes in over lo, still from {peer}.',
          zh: 'ISTIO_OUTPUT 中，最后一条之前的规则要么匹配回环，要么匹配代理的 uid/gid。剩下的由 `{met 0 nat ISTIO_OUTPUT}` 接走，再由 `{met 0 nat ISTIO_REDIRECT}` 改写目的地址。在 OUTPUT 中 REDIRECT 的目的地是 127.0.0.1：包掉头从 lo 进来，源地址仍然是 {peer}。',
        },
        { en: 'Again SO_ORIGINAL_DST tells Envoy where the app wanted to go: {original}.', zh: '同样，Envoy 用 SO_ORIGINAL_DST 得知应用原本要去的地址：{original}。' },
      ],
    },
    {
      namespace: 'pod',
      connection: fromApp(SERVICE, 80),
      tells: [{ en: 'Now Envoy dials on, from the same pod, to the same {to}:{dport}. Its SYN meets the very same OUTPUT chain.', zh: '接着 Envoy 从同一个 Pod 继续连接 {to}:{dport}，它的 SYN 走的是完全相同的 OUTPUT 链。' }],
      question: {
        asks: 'rule',
        leg: 1,
        text: { en: 'Which rule decides about Envoy\'s own SYN?', zh: 'Envoy 自己的 SYN 由哪条规则决定去向？' },
        choices: [
          { value: 'nat ISTIO_OUTPUT 1', thought: { en: 'That source address is used towards the app, over lo.', zh: '这个源地址只在 Envoy 经 lo 连接应用时才用。' } },
          { value: 'nat ISTIO_OUTPUT 4' },
          { value: 'nat ISTIO_OUTPUT 7', thought: { en: 'It would match too, but it stands behind the one for the uid.', zh: '它也能匹配，但排在 uid 规则的后面。' } },
          { value: 'nat ISTIO_REDIRECT 1', thought: { en: 'Then Envoy would get its own connection, and dial again.', zh: '那样 Envoy 会收到自己的连接，然后再连一次。' } },
        ],
      },
      reveals: [{ en: '`{met 1 nat ISTIO_OUTPUT}`. Same destination, same chain: who made the packet is all that tells it from the app\'s. It leaves by eth0, and {dialTo} sees {last}.', zh: '`{met 1 nat ISTIO_OUTPUT}`。目的地址相同，链也相同，能区分它和应用的包的只有“谁发的”。它从 eth0 离开，{dialTo} 看到的源地址是 {last}。' }],
    },
    {
      namespace: 'pod',
      connection: fromApp(POD, 8080),
      tells: [{ en: 'The app calls itself by its own pod\'s address: {to}:{dport}. A packet to an own address leaves by lo.', zh: '应用用自己 Pod 的地址访问自己：{to}:{dport}。发往本机地址的包从 lo 出去。' }],
      question: {
        asks: 'captured',
        text: { en: 'Is the connection captured?', zh: '这条连接会被拦截吗？' },
        choices: [{ value: true, thought: { en: 'The last rule would have it, but one before it ends the search.', zh: '最后一条规则本可以接走它，但前面已有规则结束了匹配。' } }, { value: false }],
      },
      reveals: [{ en: '`{met 0 nat ISTIO_OUTPUT}`: what leaves by lo and is not the proxy\'s is left alone. The app sees {last}. No Envoy takes part, so no mTLS, no policy and no metrics either.', zh: '`{met 0 nat ISTIO_OUTPUT}`：从 lo 出去、又不是代理发的包，一律放过。应用看到的源地址是 {last}。整个过程没有 Envoy 参与，也就没有 mTLS、策略和指标。' }],
    },
    {
      namespace: 'pod',
      connection: { from: APP, to: '203.0.113.9', port: 443, proto: 'udp' },
      tells: [{ en: 'The app\'s HTTP client learns HTTP/3 and talks to {to}:{dport} over UDP. In this release OUTPUT hands over every protocol: `{rule nat OUTPUT 1}`.', zh: '应用的 HTTP 客户端升级到 HTTP/3，改用 UDP 访问 {to}:{dport}。这个版本的 OUTPUT 把所有协议都交给 ISTIO_OUTPUT：`{rule nat OUTPUT 1}`。' }],
      question: {
        asks: 'captured',
        text: { en: 'Is the datagram captured?', zh: '这个 UDP 数据报会被拦截吗？' },
        choices: [{ value: true, thought: { en: 'It does get as far as ISTIO_REDIRECT.', zh: '它确实会一直走到 ISTIO_REDIRECT。' } }, { value: false }],
      },
      reveals: [{ en: 'The packet does meet `{met 0 nat ISTIO_OUTPUT}`, but the only rule there is `{rule nat ISTIO_REDIRECT 1}`. It asks for TCP. The datagram leaves by eth0 past Envoy, and {to} sees {last}.', zh: '包的确命中了 `{met 0 nat ISTIO_OUTPUT}`，但那条链里只有 `{rule nat ISTIO_REDIRECT 1}`，它只匹配 TCP。数据报绕过 Envoy 从 eth0 离开，{to} 看到的源地址是 {last}。' }],
    },
  ],
}
