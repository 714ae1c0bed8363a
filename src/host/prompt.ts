/** A line with a shell prompt. */
export interface Prompt {
  /** What was typed behind it; '' for nothing. */
  readonly command: string
  /** A lone "#" begins comments too, and no prompt at all prose: only a command that is known makes it one. */
  readonly sure: boolean
}

/** Longer lines are output. */
const LONGEST = 4096

const DOLLAR = /^\s*\$\s+(\S.*)?$/
const BARE_DOLLAR = /^\s*\$(ip6?tables\S*\s.*|ip6?tables\S*-save)$/
const HASH = /^\s*#\s*(\S.*)$/
/** "root@pod:/# ", "[root@host ~]# ", "user@host:~$ ", "bash-5.0# ", "/ # ", with a leading "(venv)". */
const NAMED = /^\s*(?:\([^()]{1,40}\)\s*)?(?:\[[^\]@]{1,80}@[^\]]{1,200}\]|[\w.+-]{1,64}@[\w.-]{1,128}(?::[^\s#$%]{0,200}|\s[~/][^\s#$%]{0,200})?\s?|(?:ba|da)?sh-\d[\w.-]{0,12}|[~/][\w./-]{0,200} )[#$%]\s*(.*)$/
/** Shells with a theme. */
const ARROW = /^\s*(?:➜|❯|λ|»)\s+(?:[~\w./-]{1,80}\s+(?:git:\([^)]{0,80}\)\s*)?(?:[✗✔$%#]\s+)?)?((?:sudo\s|kubectl\s|ip|ss\s|iptables|nsenter|docker\s).*)$/

/** A command line whose prompt was not copied. */
const BARE = /^\s*(?:(?:sudo|kubectl|oc|nsenter|docker|crictl|nerdctl|ip|ss|netstat|sysctl|ipset|cat|grep)\s+[\w/-]|(?:\/\S*)?ip6?tables\S*(?:-save\s*(?:$|[-|>])|\s))/

/** What a line with a prompt has behind it; null when the line has none. */
export function readPrompt(line: string): Prompt | null {
  if (line.length > LONGEST) return null
  if (BARE.test(line)) return { command: line.trim(), sure: false }
  if (!/[#$%➜❯λ»]/.test(line)) return null
  const sure = NAMED.exec(line) ?? DOLLAR.exec(line) ?? BARE_DOLLAR.exec(line) ?? ARROW.exec(line)
  if (sure) return { command: (sure[1] ?? '').trim(), sure: true }
  const hash = HASH.exec(line)
  return hash && { command: (hash[1] ?? '').trim(), sure: false }
}
