import type { Lesson } from './lesson.ts'
import { CLIENT, fromApp, fromClient, POD, RELEASE, sidecarPod } from './setting.ts'

export const upgrade: Lesson = {
  id: 'upgrade',
  title: { en: 'What an upgrade of Istio changes', zh: '升级 Istio 会改变什么' },
  namespaces: { old: sidecarPod({ version: '1.4.0' }), middle: sidecarPod({ version: '1.11.0' }), recent: sidecarPod({ version: RELEASE }) },
  steps: [
    {
      namespace: 'old',
      connection: fromClient(8080),
      tells: [{ en: 'A cluster still runs Istio 1.4. A client, {from}, dials an app at {to}:{dport}; a Service has the port. The app\'s own list of allowed addresses has one entry, and all works.', zh: '某个集群还在用 Istio 1.4。客户端 {from} 访问应用 {to}:{dport}，这个端口属于一个 Service。应用自己的 IP 白名单里只有一项，一切正常。' }],
      question: {
        asks: 'source',
        text: { en: 'Which address is it? In other words: which source address does the app see?', zh: '白名单里是哪个地址？也就是说，应用看到的源地址是什么？' },
        choices: [{ value: CLIENT }, { value: '127.0.0.1' }, { value: '127.0.0.6', thought: { en: 'Istio 1.4 has a rule for that address already, but does not use it for the port of a Service.', zh: 'Istio 1.4 已经有针对这个地址的规则，但对 Service 端口并不使用它。' } }],
      },
      reveals: [{ en: 'Up to 1.9 Envoy\'s inbound cluster of a Service port names {dialTo} as its endpoint, and so the kernel chooses {dialFrom} as the source. An app that listens on nothing but 127.0.0.1 is reached too.', zh: '1.9 及以前，Service 端口的入站 cluster 以 {dialTo} 为端点，内核因此选 {dialFrom} 作源地址。只监听 127.0.0.1 的应用也能正常工作。' }],
    },
    {
      namespace: 'middle',
      connection: fromClient(8080),
      tells: [{ en: 'The cluster is upgraded to 1.11. The same client dials the same port.', zh: '集群升级到 1.11。同一个客户端访问同一个端口。' }],
      question: {
        asks: 'source',
        text: { en: 'Which source address does the app see now?', zh: '这时应用看到的源地址是什么？' },
        choices: [{ value: POD, thought: { en: 'That is the address Envoy dials now, not the one it dials from.', zh: '这是 Envoy 现在连接的目的地址，不是源地址。' } }, { value: '127.0.0.1' }, { value: '127.0.0.6' }],
      },
      reveals: [{ en: 'From 1.10 on Envoy dials the original destination, {dialTo}, from {dialFrom}. Two things break: the list with its one entry, and every app that listens on nothing but 127.0.0.1.', zh: '从 1.10 起，Envoy 从 {dialFrom} 连接原始目的地址 {dialTo}。会出两个问题：只有一项的白名单失效；只监听 127.0.0.1 的应用无法访问。' }],
    },
    {
      namespace: 'old',
      connection: fromApp(POD, 8080),
      tells: [{ en: 'Back to 1.4. Its ISTIO_OUTPUT is shorter: `{rule nat ISTIO_OUTPUT 2}` does not ask who dials. The app, uid {uid}, dials its own pod\'s address, {to}:{dport}.', zh: '再回到 1.4。它的 ISTIO_OUTPUT 更短：`{rule nat ISTIO_OUTPUT 2}` 并不判断是谁发的。应用（uid {uid}）访问自己 Pod 的地址 {to}:{dport}。' }],
      question: {
        asks: 'port',
        text: { en: 'Which port of the mesh accepts?', zh: '这条连接由网格的哪个端口接收？' },
        choices: [{ value: 15001, thought: { en: 'It is sent by the app, but the rule for loopback leads to the inbound port.', zh: '虽然是应用发出的，但回环规则把它引到入站端口。' } }, { value: 15006 }, { value: null, thought: { en: 'So it is from 1.5 on.', zh: '从 1.5 起是这样。' } }],
      },
      reveals: [{ en: '`{met 0 nat ISTIO_OUTPUT}` leads it to {port}. From 1.5 on the rule asks for the proxy\'s uid, and an app that calls itself goes past Envoy: the policies that held for it up to then hold no more.', zh: '`{met 0 nat ISTIO_OUTPUT}` 把它引到 {port}。从 1.5 起，这条规则加上了代理 uid 的条件，应用访问自己时不再经过 Envoy：原来对它生效的策略从此不再生效。' }],
    },
    {
      namespace: 'middle',
      connection: fromClient(22),
      tells: [{ en: 'Some pods run an sshd. In 1.11 a client dials {to}:{dport}.', zh: '有些 Pod 里跑着 sshd。在 1.11 中，客户端访问 {to}:{dport}。' }],
      question: {
        asks: 'captured',
        text: { en: 'Is the connection captured?', zh: '这条连接会被拦截吗？' },
        choices: [{ value: true, thought: { en: 'The arguments say nothing of port 22, but the rules do.', zh: '参数里没有提 22 端口，规则里却有。' } }, { value: false }],
      },
      reveals: [{ en: '`{met 0 nat ISTIO_INBOUND}`: up to 1.12 every sidecar leaves port {dport} alone, asked or not. sshd sees {last}.', zh: '`{met 0 nat ISTIO_INBOUND}`：1.12 及以前，不管有没有要求，每个 sidecar 都放过 {dport} 端口。sshd 看到的是 {last}。' }],
    },
    {
      namespace: 'recent',
      connection: fromClient(22),
      tells: [{ en: 'The next upgrade goes to 1.30, with the same arguments. The client dials {to}:{dport}.', zh: '下一次升级到 1.30，参数不变。客户端访问 {to}:{dport}。' }],
      question: {
        asks: 'source',
        text: { en: 'Which source address does sshd see?', zh: 'sshd 看到的源地址是什么？' },
        choices: [{ value: CLIENT, thought: { en: 'The rule for port 22 went away with 1.13.', zh: '22 端口的规则在 1.13 被移除了。' } }, { value: '127.0.0.1' }, { value: '127.0.0.6' }],
      },
      reveals: [{ en: '`{met 0 nat ISTIO_INBOUND}` takes it like any port, and sshd\'s log says {last} for everybody. `chainwalk diff istio:1.11:ARGSFILE istio:1.30:ARGSFILE` finds all such differences at once.', zh: '`{met 0 nat ISTIO_INBOUND}` 像对待其他端口一样接走了它，sshd 日志里所有人的地址都成了 {last}。`chainwalk diff istio:1.11:ARGSFILE istio:1.30:ARGSFILE` 可以一次列出所有这类差异。' }],
    },
  ],
}
