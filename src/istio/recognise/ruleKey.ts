/** `-m tcp` is written by iptables-save for every port behind `-p tcp`. */
const IMPLIED = /-m (?:tcp|udp) /g
const ADDRESSES = /(?:! )?-[sdiop] \S+ /g

/** A rule's text with -s, -d, -i, -o and -p in one order: two rules of one key are the same rule. */
export function ruleKey(text: string): string {
  const padded = `${text} `
  const first = padded.match(ADDRESSES) ?? []
  return `${[...first].sort().join('')}| ${padded.replace(ADDRESSES, '').replace(IMPLIED, '').trim()}`
}
