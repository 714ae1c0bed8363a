import type { Lesson } from './lesson.ts'
import { fromApp, PROXY, SERVICE, sidecarPod } from './setting.ts'

const OTHER_USER = `$ ss -lntupe --inet-sockopt
Netid State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess
tcp LISTEN 0 4096 0.0.0.0:15006 0.0.0.0:* users:(("envoy",pid=17,fd=34)) uid:2000 ino:7001 sk:1 <->
	inet-sockopt: ( is_icsk mc_loop mc_all)
tcp LISTEN 0 4096 0.0.0.0:15001 0.0.0.0:* users:(("envoy",pid=17,fd=35)) uid:2000 ino:7002 sk:2 <->
	inet-sockopt: ( is_icsk mc_loop mc_all)
$ cat /proc/17/status
Name:	envoy
Pid:	17
Uid:	2000	2000	2000	2000
Gid:	2000	2000	2000	2000
`

const DELETE_GID = '-t nat -D ISTIO_OUTPUT 7'
const DELETE_UID = '-t nat -D ISTIO_OUTPUT 4'

export const proxyIds: Lesson = {
  id: 'uid-1337',
  title: { en: 'Why 1337, and why the proxy does not call itself', zh: '为什么是 1337，代理为什么不会连到自己' },
  namespaces: {
    pod: sidecarPod(),
    bare: sidecarPod({ edits: [DELETE_GID, DELETE_UID] }),
    gidOnly: sidecarPod({ edits: [DELETE_UID] }),
    otherUser: sidecarPod({ session: OTHER_USER }),
  },
  steps: [
    {
      namespace: 'bare',
      connection: fromApp(SERVICE, 80),
      tells: [{ en: 'The rules that hand the app\'s connections to Envoy stand in OUTPUT, and Envoy\'s own connections go through OUTPUT too. Suppose the two rules that let uid and gid 1337 go are missing. The app dials {to}:{dport}.', zh: '把应用的连接交给 Envoy 的规则在 OUTPUT 里，而 Envoy 自己的连接也要走 OUTPUT。假设放行 uid 1337 和 gid 1337 的两条规则都不见了，应用访问 {to}:{dport}。' }],
      question: {
        asks: 'result',
        of: 'caller',
        text: { en: 'What becomes of it?', zh: '结果会怎样？' },
        choices: [
          { value: 'connected', thought: { en: 'Nothing in a packet says "I have been through Envoy already".', zh: '包里没有任何东西能说明“我已经经过 Envoy 了”。' } },
          { value: 'timeout' },
          { value: 'loop' },
        ],
      },
      reveals: [{ en: 'Envoy accepts on {port}, dials {dialTo}, and `{met 1 nat ISTIO_OUTPUT}` has that SYN as it had the app\'s. It comes back to {port}, with the same original destination, and so on until Envoy has no sockets left.', zh: 'Envoy 在 {port} 上 accept，再去连接 {dialTo}，而 `{met 1 nat ISTIO_OUTPUT}` 像对待应用的 SYN 一样又把它截走。它带着相同的原始目的地址回到 {port}，周而复始，直到 Envoy 的 socket 耗尽。' }],
    },
    {
      namespace: 'gidOnly',
      connection: fromApp(SERVICE, 80),
      tells: [{ en: 'Only the rule for the uid is missing; the one for the gid is there: `{rule nat ISTIO_OUTPUT 6}`. Envoy runs as uid 1337 and gid 1337.', zh: '现在只少了 uid 那条，gid 的还在：`{rule nat ISTIO_OUTPUT 6}`。Envoy 以 uid 1337、gid 1337 运行。' }],
      question: {
        asks: 'result',
        of: 'caller',
        text: { en: 'And now?', zh: '这次呢？' },
        choices: [{ value: 'connected' }, { value: 'refused' }, { value: 'loop', thought: { en: 'The owner match asks for the gid just as well.', zh: 'owner 匹配同样可以按 gid 判断。' } }],
      },
      reveals: [{ en: '`{met 1 nat ISTIO_OUTPUT}` lets Envoy go: one of the two ids is enough. In TPROXY mode there is but one: the proxy runs as root there, with the group 1337.', zh: '`{met 1 nat ISTIO_OUTPUT}` 放行了 Envoy：uid 和 gid 有一个对上就够。TPROXY 模式下就只有一个能对上：代理以 root 运行，只有组是 1337。' }],
    },
    {
      namespace: 'pod',
      connection: { from: PROXY, to: SERVICE, port: 80, proto: 'tcp' },
      tells: [{ en: 'All rules are back. An image of somebody else runs its app as user {uid} too, by chance, and dials {to}:{dport}.', zh: '规则全部恢复。有个第三方镜像，碰巧也让应用以 uid {uid} 运行，它访问 {to}:{dport}。' }],
      question: {
        asks: 'port',
        text: { en: 'Which port of the mesh accepts?', zh: '这条连接由网格的哪个端口接收？' },
        choices: [
          { value: 15001, thought: { en: 'The rules cannot tell this app from Envoy.', zh: '规则分不清这个应用和 Envoy。' } },
          { value: 15006, thought: { en: 'That happens to it over lo only.', zh: '只有走 lo 时才会这样。' } },
          { value: null },
        ],
      },
      reveals: [{ en: '`{met 0 nat ISTIO_OUTPUT}` takes the app for the proxy. The connection leaves as it is, in plain text: a peer with strict mTLS refuses it, and no policy or metric of this sidecar knows of it.', zh: '`{met 0 nat ISTIO_OUTPUT}` 把应用当成了代理。连接原样以明文离开：启用严格 mTLS 的对端会拒绝它，本 sidecar 的策略和指标也都看不到它。' }],
    },
    {
      namespace: 'otherUser',
      connection: fromApp(SERVICE, 80),
      tells: [{ en: 'A platform gives every container a user of its own choice. The rules still say 1337, but `ss -e` and /proc show Envoy with uid 2000 and gid 2000. The app, uid {uid}, dials {to}:{dport}.', zh: '某个平台给每个容器另外分配用户。规则里写的还是 1337，但 `ss -e` 和 /proc 显示 Envoy 的 uid 和 gid 都是 2000。应用（uid {uid}）访问 {to}:{dport}。' }],
      question: {
        asks: 'result',
        of: 'caller',
        text: { en: 'What becomes of it?', zh: '结果会怎样？' },
        choices: [
          { value: 'connected' },
          { value: 'refused', thought: { en: 'Envoy does listen, and takes it.', zh: 'Envoy 确实在监听，也会接收。' } },
          { value: 'loop' },
        ],
      },
      reveals: [{ en: 'It is the first step again, though no rule is missing: the owner rules all ask for somebody who is not there. `{met 1 nat ISTIO_OUTPUT}` has Envoy\'s own SYN.', zh: '规则一条不少，却又回到了第一步：所有 owner 规则匹配的用户都不存在，Envoy 自己的 SYN 被 `{met 1 nat ISTIO_OUTPUT}` 截走。' }],
    },
  ],
}
