import moo from 'moo'

/** Tokens of one line of `iptables -L`. `blank` is put in by the reader where the target column is empty. */
export const listingLexer = moo.compile({
  space: /[^\S\n]+/,
  chain: /Chain(?=[ \t])/,
  policy: /\(policy(?=[ \t])/,
  references: /references\)/,
  open: /\((?=\d+[ \t]+references)/,
  count: /\d+[KMGTP]?(?=[\s)]|$)/,
  opt: /(?:--|-f|!f)(?=\s|$)/,
  close: /\)(?=\s*$)/,
  blank: "\u0000blank",
  policed: /(?:ACCEPT|DROP|QUEUE|RETURN|-)\)(?=\s*$)/,
  unit: /(?:packets,|bytes\))(?=\s|$)/,
  word: /\S+/,
})
