import { quoted } from '../quoted.ts'
import type { MatchExtension } from '../extension.ts'
import type { ListingCursor } from '../listingCursor.ts'

interface Comment {
  readonly text: string
}

/** Between the marks and the text stands a blank, so even an empty comment has two. */
const EMPTY = '/*  '.length

/** The text between the comment marks as it stands in the line, blanks included. Any mark that can end it may be the one that does. */
function listedText(cursor: ListingCursor): string | null {
  const { words, position, ends, line } = cursor
  const first = words[position]
  if (!first) return null
  const closes = words.flatMap((word, i) => (i > position && word.text === '*/' && word.column >= first.column + EMPTY && words[i + 1]?.text !== '*/' ? [i] : []))
  const close = closes[ends.choose(closes.length)] ?? -1
  const last = words[close]
  if (!last) return null
  cursor.position = close + 1
  return line.slice(first.column + first.length, last.column - 2)
}

/** xt_comment: always true; a note to the reader. */
export const comment: MatchExtension<Comment> = {
  name: 'comment',
  options: { '--comment': 1 },
  parse(options) {
    const option = options.take('--comment')
    return { text: option ? options.word(option) : '' }
  },
  print: ({ text }) => `--comment ${quoted(text)}`,
  parseListing(cursor) {
    const text = cursor.peek() === '/*' ? listedText(cursor) : null
    return text === null ? null : { text }
  },
  printListing: ({ text }) => `/* ${text} */`,
  compile: () => () => true,
  always: true,
  seen: () => 'always true',
}
