import moo from 'moo'

/** What POSIX sh leaves of a backslash inside double quotes. */
const unescapeDouble = (text: string): string => text.slice(1, -1).replace(/\\(?:\r?\n|([$`"\\]))/g, '$1')

function unescapeJson(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? value : text
  } catch {
    return text.slice(1, -1)
  }
}

/**
 * Two ways istio-iptables arguments are written: words of a shell, and JSON.
 * Both end in `error`, so bad text still has a position.
 */
export const istioArgsLexer = moo.states({
  shell: {
    space: { match: /(?:[ \t]|\\\r?\n)+/, lineBreaks: true },
    newline: { match: /(?:\r?\n)+/, lineBreaks: true },
    operator: /[;|&<>()]+/,
    single: { match: /'[^']*'/, lineBreaks: true, value: (text) => text.slice(1, -1) },
    double: { match: /"(?:\\[^]|[^"\\])*"/, lineBreaks: true, value: unescapeDouble },
    escaped: { match: /\\[^\r\n]/, value: (text) => text.slice(1) },
    bare: /[^\s'"\\;|&<>()]+/,
    error: moo.error,
  },
  json: {
    blank: { match: /\s+/, lineBreaks: true },
    lbracket: '[',
    rbracket: ']',
    lbrace: '{',
    rbrace: '}',
    comma: ',',
    colon: ':',
    string: { match: /"(?:\\[^\n]|[^"\\\n])*"/, value: unescapeJson },
    quoted: { match: /'[^'\n]*'/, value: (text) => text.slice(1, -1) },
    literal: /[\w.+-]+/,
    error: moo.error,
  },
}, 'shell')
