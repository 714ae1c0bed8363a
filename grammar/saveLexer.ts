import moo from 'moo'

const unescape = (text: string): string => text.slice(1, -1).replace(/\\(["'\\])/g, '$1')

/** Tokens of one save or command line. `error` catches an unclosed quote, so bad text still has a position. */
export const saveLexer = moo.compile({
  space: /[^\S\n]+/,
  counters: /\[\d+:\d+\](?=\s|$)/,
  // As a shell's own trace prints it: '!' -d 10.0.0.1
  quotedBang: { match: /'!'(?=\s+-)/, value: () => '!' },
  quoted: { match: /"(?:\\[^\n]|[^"\\\n])*"(?=\s|$)/, value: unescape },
  single: { match: /'[^'\n]*'(?=\s|$)/, value: (text) => text.slice(1, -1) },
  bang: /!(?=\s|$)/,
  table: /\*[a-z]+(?=\s*$)/,
  declare: /(?<=^[ \t]*):(?=\S)/,
  commit: /COMMIT(?=\s*$)/,
  program: /(?:[\w./-]*\/)?ip6?tables(?:-legacy|-nft)?(?:-restore|-save)?(?=\s|$)/,
  flag: /--?[A-Za-z][^\s="']*(?=\s|$|=)/,
  equals: /=(?=\S)/,
  comment: /#[^\n]*/,
  word: /[^\s"']\S*/,
  error: moo.error,
})
