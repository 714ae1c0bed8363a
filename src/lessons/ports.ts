import type { Lesson } from './lesson.ts'
import { CLIENT, fromApp, fromClient, sidecarPod } from './setting.ts'

export const ports: Lesson = {
  id: 'ports',
  title: { en: 'Excluded and included ports', zh: '排除端口与包含端口' },
  namespaces: {
    excluded: sidecarPod({ inbound: ['-b', '*', '-d', '15090,15021,9100,15020'] }),
    listed: sidecarPod({ inbound: ['-b', '8080,9100', '-d', '15090,15021,9100,15020'] }),
    included: sidecarPod({ outbound: ['-i', '*', '-x', '10.30.0.0/16'], more: ['-q', '9000'] }),
    ranges: sidecarPod({ outbound: ['-i', '10.96.0.0/12', '-x', ''], more: ['-q', '9000'] }),
  },
  steps: [
    {
      namespace: 'excluded',
      connection: fromClient(9100),
      tells: [{ en: 'A Prometheus outside the mesh scrapes the app\'s metrics on port {dport}. The pod has the annotation traffic.sidecar.istio.io/excludeInboundPorts: "9100", so istio-iptables got `-b * -d 15090,15021,9100,15020`.', zh: '网格外的 Prometheus 抓取应用 {dport} 端口的指标。Pod 带有注解 traffic.sidecar.istio.io/excludeInboundPorts: "9100"，所以 istio-iptables 的参数是 `-b * -d 15090,15021,9100,15020`。' }],
      question: {
        asks: 'source',
        text: { en: 'Which source address does the app see on port {dport}?', zh: '应用在 {dport} 端口上看到的源地址是什么？' },
        choices: [{ value: CLIENT }, { value: '127.0.0.6', thought: { en: 'Only what goes through Envoy has it.', zh: '经过 Envoy 的连接才会这样。' } }],
      },
      reveals: [{ en: '`{met 0 nat ISTIO_INBOUND}` stands before the rule that takes the rest. No Envoy, so the app sees {last} itself.', zh: '`{met 0 nat ISTIO_INBOUND}` 排在兜底规则之前。没有经过 Envoy，应用看到的就是 {last} 本身。' }],
    },
    {
      namespace: 'listed',
      connection: fromClient(9100),
      tells: [{ en: 'A colleague wants to be explicit and adds traffic.sidecar.istio.io/includeInboundPorts: "8080,9100". The excluded ports stay: now it is `-b 8080,9100 -d 15090,15021,9100,15020`.', zh: '同事想写得更明确，又加上 traffic.sidecar.istio.io/includeInboundPorts: "8080,9100"，排除端口不变，参数变成 `-b 8080,9100 -d 15090,15021,9100,15020`。' }],
      question: {
        asks: 'rule',
        leg: 0,
        text: { en: 'Which rule decides about {to}:{dport}?', zh: '{to}:{dport} 由哪条规则决定去向？' },
        choices: [
          { value: 'nat ISTIO_INBOUND 1', thought: { en: 'The only RETURN left there is for another port.', zh: '这里只剩一条 RETURN，而且是别的端口的。' } },
          { value: 'nat ISTIO_IN_REDIRECT 1' },
          { value: 'nat ISTIO_OUTPUT 1' },
        ],
      },
      reveals: [{ en: '{dport} is captured: `{met 0 nat ISTIO_INBOUND}`, and Envoy accepts on {port}. istio-iptables writes the excluded ports only where all ports (`*`) are included; with a list there is no RETURN for them at all, and no warning.', zh: '{dport} 被拦截了：`{met 0 nat ISTIO_INBOUND}`，Envoy 在 {port} 上 accept。istio-iptables 只有在包含全部端口（`*`）时才写排除规则；给了列表，就不会有对应的 RETURN，也没有任何告警。' }],
    },
    {
      namespace: 'included',
      connection: fromApp('10.40.1.1', 2181),
      tells: [{ en: 'Outbound now. Somebody wants only port 9000 to go through Envoy and sets includeOutboundPorts: "9000", which is `-q 9000`. The outbound ranges are still `-i *`. The app dials a ZooKeeper at {to}:{dport}.', zh: '再看出站。有人只想让 9000 端口走 Envoy，设置了 includeOutboundPorts: "9000"，即 `-q 9000`；出站网段仍是 `-i *`。应用访问 ZooKeeper {to}:{dport}。' }],
      question: {
        asks: 'captured',
        text: { en: 'Is the connection captured?', zh: '这条连接会被拦截吗？' },
        choices: [{ value: true }, { value: false, thought: { en: 'Including a port adds to what is captured, and takes nothing away.', zh: '包含端口只会增加拦截范围，不会减少。' } }],
      },
      reveals: [{ en: 'The rule for the port, `{rule nat ISTIO_OUTPUT 10}`, only comes before the one for all addresses, `{met 0 nat ISTIO_OUTPUT}`. To have nothing but the port, the ranges must be given up too.', zh: '端口规则 `{rule nat ISTIO_OUTPUT 10}` 只是排在针对所有地址的 `{met 0 nat ISTIO_OUTPUT}` 之前。要想只拦截这个端口，还得去掉网段。' }],
    },
    {
      namespace: 'included',
      connection: fromApp('10.30.1.1', 9000),
      tells: [{ en: 'The same pod has excludeOutboundIPRanges: 10.30.0.0/16 (`-x 10.30.0.0/16`). The app dials {to}:{dport}: an included port at an excluded address.', zh: '同一个 Pod 还设置了 excludeOutboundIPRanges: 10.30.0.0/16（`-x 10.30.0.0/16`）。应用访问 {to}:{dport}：端口在包含列表里，地址在排除网段里。' }],
      question: {
        asks: 'port',
        text: { en: 'Which port of the mesh accepts?', zh: '这条连接由网格的哪个端口接收？' },
        choices: [{ value: 15001, thought: { en: 'The rule for the port comes second.', zh: '端口规则排在后面。' } }, { value: 15006 }, { value: null }],
      },
      reveals: [{ en: 'Rules are tried in order, and `{met 0 nat ISTIO_OUTPUT}` stands before `{rule nat ISTIO_OUTPUT 10}`. An excluded address beats an included port.', zh: '规则按顺序匹配，`{met 0 nat ISTIO_OUTPUT}` 排在 `{rule nat ISTIO_OUTPUT 10}` 之前：排除网段优先于包含端口。' }],
    },
    {
      namespace: 'ranges',
      connection: fromApp('203.0.113.9', 9000),
      tells: [{ en: 'Another pod includes one range and one port: `-i 10.96.0.0/12 -q 9000`. The app dials {to}:{dport}, which is in no range of the mesh.', zh: '另一个 Pod 包含一个网段和一个端口：`-i 10.96.0.0/12 -q 9000`。应用访问 {to}:{dport}，这个地址不在任何网格网段里。' }],
      question: {
        asks: 'port',
        text: { en: 'Which port of the mesh accepts?', zh: '这条连接由网格的哪个端口接收？' },
        choices: [{ value: 15001 }, { value: 15006 }, { value: null, thought: { en: 'Range and port need not both hold.', zh: '网段和端口不需要同时满足。' } }],
      },
      reveals: [{ en: '`{met 0 nat ISTIO_OUTPUT}` asks for the port only. The range has a rule of its own behind it: `{rule nat ISTIO_OUTPUT 10}`. Either is enough.', zh: '`{met 0 nat ISTIO_OUTPUT}` 只看端口；网段是后面单独的一条：`{rule nat ISTIO_OUTPUT 10}`。满足其中之一即可。' }],
    },
  ],
}
