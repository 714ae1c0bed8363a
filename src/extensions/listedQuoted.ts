import type { ListingCursor } from './listingCursor.ts'

const QUOTED = /"((?:\\.|[^"\\])*)"/y

/**
 * Takes what xtables_save_string wrote behind `glued` (often nothing): a bare word, or a quoted text in which blanks and
 * escapes may stand. Null when neither stands here.
 */
export function listedQuoted(cursor: ListingCursor, glued: string): string | null {
  const word = cursor.words[cursor.position]
  if (!word?.text.startsWith(glued)) return null
  if (word.text[glued.length] !== '"') return cursor.suffix(glued)
  QUOTED.lastIndex = word.column - 1 + glued.length
  const found = QUOTED.exec(cursor.line)
  if (!found) return null
  const end = QUOTED.lastIndex
  while (!cursor.done && (cursor.words[cursor.position]?.column ?? 0) <= end) cursor.next()
  return (found[1] ?? '').replace(/\\(.)/g, '$1')
}
