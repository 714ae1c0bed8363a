/** `-m tcp` is written by iptables-save for every port behind `-p tcp`. */
const IMPLIED = /-m (?:tcp|udp) /g
/** iptables takes an option's beginning for the whole; Istio writes this one both ways. */
const SHORTENED = /--to-port /
const ADDRESSES = /(?:! )?-[sdiop] \S+ /g

/** A rule's text with -s, -d, -i, -o and -p in one order: two rules of one key are the same rule. */
export function ruleKey(text: string): string {
  const padded = `${text} `
  const first = padded.match(ADDRESSES) ?? []
  return `${[...first].sort().join('')}| ${padded.replace(ADDRESSES, '').replace(IMPLIED, '').replace(SHORTENED, '--to-ports ').trim()}`
}

const PLAIN = /^(?:(?:! )?(?:-[io] \S+|-[sd] \S+\/[1-9]\d*|-p (?:tcp|udp)|--dports? \S+|--[ug]id-owner \d+) |-m (?:owner|multiport) )*-j (?:RETURN|ISTIO_\w+|REDIRECT --to-ports? \d+)$/

/** Whether iptables-save prints a generated rule in the words it was written in, but for their order and what is implied. */
export const isPlain = (spec: string): boolean => PLAIN.test(spec)
