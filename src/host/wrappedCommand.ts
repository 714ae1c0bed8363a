/** What runs another command. */
const WRAPPERS = new Set(['sudo', 'doas', 'env', 'time', 'nice', 'timeout', 'watch', 'kubectl', 'oc', 'k', 'microk8s', 'docker', 'podman', 'nerdctl', 'crictl', 'nsenter', 'sh', 'bash', 'ash', 'chroot', 'ssh', 'minikube', 'lxc', 'unshare', 'talosctl', 'vagrant', 'multipass'])
/** Of these, the ones that only do so after a word like exec. */
const CLIENTS = new Set(['kubectl', 'oc', 'k', 'microk8s', 'docker', 'podman', 'nerdctl', 'crictl', 'minikube', 'lxc'])
const RUNS = new Set(['exec', 'debug', 'run', 'ssh'])
/** What is looked for inside: a wrapper's own options are many and vary. */
const PROGRAM = /^(?:\/(?:usr\/)?(?:local\/)?s?bin\/)?(?:ip6?tables(?:-legacy|-nft)?(?:-save)?|ip|ss|netstat|sysctl|ipset|cat|grep|tail|head)$/
const SHELL = /^(?:\S*\/)?(?:ba|a|z|da)?sh$/
/** Deeper nesting is no command anybody typed. */
const DEEPEST = 8

/** The command within sudo, kubectl exec, nsenter, sh -c, ip netns exec and the like; [] when that is a shell to type in. */
export function unwrapped(typed: readonly string[]): readonly string[] {
  let words = typed
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const inner = withoutWrapper(words)
    if (inner === words) return words
    words = inner
  }
  return words
}

function withoutWrapper(words: readonly string[]): readonly string[] {
  const [first = '', second] = words
  if (/^\w+=/.test(first)) return words.slice(1)
  if (first === 'ip' && second === 'netns') return words[2] === 'exec' ? words.slice(4) : words
  if (!WRAPPERS.has(first)) return words
  const inner = words.slice(1).flatMap((word) => word.split(/\s+/)).filter((word) => word !== '')
  const runs = inner.findIndex((word) => RUNS.has(word))
  if (CLIENTS.has(first) && runs < 0) return words
  const at = inner.findIndex((word, i) => i > runs && PROGRAM.test(word))
  if (at >= 0) return inner.slice(at)
  return CLIENTS.has(first) || inner.some((word) => SHELL.test(word)) || first === 'nsenter' || first === 'ssh' ? shellOrOther(inner) : inner.filter((word) => !word.startsWith('-'))
}

/** `exec -it POD -- bash` opens a shell, and so does a wrapper that names no command at all. */
function shellOrOther(inner: readonly string[]): readonly string[] {
  const last = inner.findLast((word) => !word.startsWith('-')) ?? ''
  const separator = inner.indexOf('--')
  return separator < 0 || SHELL.test(inner[separator + 1] ?? last) ? [] : inner.slice(separator + 1)
}
