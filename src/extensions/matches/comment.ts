import { quoted } from '../quoted.ts'
import type { MatchExtension } from '../extension.ts'
import type { ListingCursor } from '../listingCursor.ts'

interface Comment {
  readonly text: string
}

/** Between the marks and the text stands a blank, so even an empty comment has two. */
const EMPTY = '/*  '.length

/**
 * The text between the comment marks as it stands in the line, blanks included. It is taken to end at the first mark that can end
 * it and is not followed by another; the cursor may ask for a later one.
 */
function listedText(cursor: ListingCursor): string | null {
  const { words, position, innerEnds, line } = cursor
  const first = words[position]
  if (!first) return null
  const ends = (i: number): boolean => words[i]?.text === '*/' && (words[i]?.column ?? 0) >= first.column + EMPTY && words[i + 1]?.text !== '*/'
  let close = words.findIndex((_, i) => i > position && ends(i))
  for (let inner = 0; inner < innerEnds && close > 0; inner += 1) close = words.findIndex((_, i) => i > close && ends(i))
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
  seen: () => 'always true',
}
