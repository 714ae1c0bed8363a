import type { Lesson, LessonConnection } from './lesson.ts'
import { APP, PROXY, sidecarPod } from './setting.ts'

const RESOLVER = '10.96.0.10'

const query = (from: LessonConnection['from'], to: string, proto: 'tcp' | 'udp'): LessonConnection => ({ from, to, port: 53, proto })

export const dns: Lesson = {
  id: 'dns',
  title: { en: 'DNS capture', zh: 'DNS 拦截' },
  namespaces: {
    pod: sidecarPod({ more: ['--redirect-dns'], nameservers: [RESOLVER] }),
    all: sidecarPod({ more: ['--redirect-dns', '--capture-all-dns'], nameservers: [RESOLVER] }),
  },
  steps: [
    {
      namespace: 'pod',
      connection: query(APP, RESOLVER, 'udp'),
      tells: [{ en: 'With ISTIO_META_DNS_CAPTURE the app resolves names that the cluster\'s DNS has never heard of, although /etc/resolv.conf still says {to}. The app sends a query: UDP to {to}:{dport}.', zh: '打开 ISTIO_META_DNS_CAPTURE 之后，应用能解析集群 DNS 根本不知道的名字，而 /etc/resolv.conf 里写的仍是 {to}。应用发出一个查询：UDP，目的 {to}:{dport}。' }],
      question: {
        asks: 'port',
        text: { en: 'Which port of the mesh receives the query?', zh: '这个查询由网格的哪个端口接收？' },
        choices: [
          { value: 15001, thought: { en: 'ISTIO_REDIRECT asks for TCP.', zh: 'ISTIO_REDIRECT 只匹配 TCP。' } },
          { value: 15053 },
          { value: null, thought: { en: 'So it is without DNS capture.', zh: '没有打开 DNS 拦截时是这样。' } },
        ],
      },
      reveals: [{ en: '`{met 0 nat ISTIO_OUTPUT_DNS}` turns it to the agent (pilot-agent, not Envoy), which sees {last}. conntrack gives the answer the source address {to} again, so the app notices nothing.', zh: '`{met 0 nat ISTIO_OUTPUT_DNS}` 把它转给 pilot-agent（不是 Envoy），后者看到的源地址是 {last}。回答经过 conntrack 时，源地址又被换回 {to}，应用毫无察觉。' }],
    },
    {
      namespace: 'pod',
      connection: query(PROXY, RESOLVER, 'udp'),
      tells: [{ en: 'The agent does not know the name and asks the real DNS: as uid {uid} it sends the very same query to {to}:{dport}.', zh: 'pilot-agent 不知道这个名字，要去问真正的 DNS：它以 uid {uid} 向 {to}:{dport} 发出完全相同的查询。' }],
      question: {
        asks: 'captured',
        text: { en: 'Is its query captured too?', zh: '它的查询也会被拦截吗？' },
        choices: [{ value: true, thought: { en: 'Then the agent would ask itself for ever.', zh: '那样 pilot-agent 就会一直问自己。' } }, { value: false }],
      },
      reveals: [
        { en: '`{met 0 nat ISTIO_OUTPUT}` stands before the jump to the DNS rules: `{rule nat ISTIO_OUTPUT 8}`.', zh: '`{met 0 nat ISTIO_OUTPUT}` 排在跳转到 DNS 规则的 `{rule nat ISTIO_OUTPUT 8}` 之前。' },
        { en: 'The raw table keeps the two apart: the agent\'s query is in conntrack zone 1 (`{rule raw ISTIO_OUTPUT_DNS 1}`), the app\'s in zone 2 (`{rule raw ISTIO_OUTPUT_DNS 5}`). conntrack remembers a query for a while. Should the agent\'s socket get the source port of an earlier query of the app\'s, an entry of the same zone would turn its query to itself.', zh: 'raw 表把两者分开：pilot-agent 的查询在 conntrack zone 1（`{rule raw ISTIO_OUTPUT_DNS 1}`），应用的在 zone 2（`{rule raw ISTIO_OUTPUT_DNS 5}`）。查询结束后，conntrack 表项还会保留一段时间。如果 pilot-agent 的 socket 恰好用到应用之前用过的源端口，又在同一个 zone，它的查询就会命中旧表项，被转回它自己。' },
      ],
    },
    {
      namespace: 'pod',
      connection: query(APP, '8.8.8.8', 'udp'),
      tells: [{ en: 'To test it, somebody runs `dig @{to}` in the app\'s container: UDP to {to}:{dport}.', zh: '有人为了测试，在应用容器里执行 `dig @{to}`：UDP，目的 {to}:{dport}。' }],
      question: {
        asks: 'captured',
        text: { en: 'Is this query captured?', zh: '这个查询会被拦截吗？' },
        choices: [{ value: true, thought: { en: 'With --capture-all-dns it is.', zh: '加上 --capture-all-dns 才会。' } }, { value: false }],
      },
      reveals: [{ en: 'The rule asks for the address that /etc/resolv.conf had when istio-iptables ran: `{rule nat ISTIO_OUTPUT_DNS 2}`. Here {to} answers itself.', zh: '规则匹配的是 istio-iptables 运行时 /etc/resolv.conf 里的地址：`{rule nat ISTIO_OUTPUT_DNS 2}`。这个查询由 {to} 自己回答。' }],
    },
    {
      namespace: 'all',
      connection: query(APP, '8.8.8.8', 'udp'),
      tells: [{ en: 'Another pod was made with --capture-all-dns, where the rule names no server: `{rule nat ISTIO_OUTPUT_DNS 2}`. The same `dig @{to}`.', zh: '另一个 Pod 用了 --capture-all-dns，规则里不再写服务器地址：`{rule nat ISTIO_OUTPUT_DNS 2}`。同样执行 `dig @{to}`。' }],
      question: {
        asks: 'result',
        of: 'caller',
        text: { en: 'dig insists that the answer comes from the server it asked. Does it get one?', zh: 'dig 要求回答必须来自它所问的服务器。它能收到回答吗？' },
        choices: [{ value: 'connected' }, { value: 'refused' }, { value: 'timeout', thought: { en: 'The agent answers from 127.0.0.1, but that is not what arrives.', zh: 'pilot-agent 的确从 127.0.0.1 回答，但到达时源地址已不是它。' } }],
      },
      reveals: [{ en: 'The agent on {port} answers, and its answer arrives with the source address {to}: NAT works backwards too. dig cannot tell.', zh: '{port} 上的 pilot-agent 作了回答，到达时源地址是 {to}：NAT 对回包做了反向转换，dig 看不出来。' }],
    },
    {
      namespace: 'pod',
      connection: query(APP, '8.8.8.8', 'tcp'),
      tells: [{ en: 'Back in the first pod, without --capture-all-dns, an answer was too long for UDP. dig asks {to}:{dport} again, over TCP.', zh: '回到第一个 Pod（没有 --capture-all-dns）。回答太长，UDP 放不下，dig 改用 TCP 再问一次 {to}:{dport}。' }],
      question: {
        asks: 'port',
        text: { en: 'Which port of the mesh accepts this connection?', zh: '这条连接由网格的哪个端口接收？' },
        choices: [{ value: 15001 }, { value: 15053, thought: { en: 'The DNS rules ask for another address.', zh: 'DNS 规则匹配的是另一个地址。' } }, { value: null, thought: { en: 'So it was for UDP.', zh: 'UDP 的时候是这样。' } }],
      },
      reveals: [{ en: 'No DNS rule has it, and to `{met 0 nat ISTIO_OUTPUT}` it is TCP like any other. Envoy, not the agent, carries it on to {dialTo}.', zh: 'DNS 规则没有命中，对 `{met 0 nat ISTIO_OUTPUT}` 来说它只是普通的 TCP。把它转发到 {dialTo} 的是 Envoy，不是 pilot-agent。' }],
    },
  ],
}
