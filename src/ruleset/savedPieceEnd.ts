const BLANK = 0x20
const BANG = 0x21
const QUOTE = 0x22
const DASH = 0x2d

/**
 * Where the piece of a saved rule ends that begins at `start`: a flag of one letter and all behind it, up to the next such flag. -1 where
 * none begins there, or a quote or blank is out of place.
 */
export function savedPieceEnd(text: string, start: number): number {
  const flag = text.charCodeAt(start) === BANG && text.charCodeAt(start + 1) === BLANK ? start + 2 : start
  return startsFlag(text, flag) ? valueEnd(text, flag + 3) : -1
}

function valueEnd(text: string, from: number): number {
  for (let at = from; ; ) {
    const word = text.charCodeAt(at)
    if (word === BLANK) return -1
    const end = word === QUOTE ? quoteEnd(text, at) : wordEnd(text, at)
    if (end < 0 || end === text.length) return end
    const next = end + 1
    if (startsFlag(text, next) || (text.charCodeAt(next) === BANG && text.charCodeAt(next + 1) === BLANK && startsFlag(text, next + 2))) return end
    at = next
  }
}

/** Behind the word at `at`; -1 where it has a quote in it. */
function wordEnd(text: string, at: number): number {
  for (let end = at; end < text.length; end += 1) {
    const code = text.charCodeAt(end)
    if (code === BLANK) return end
    if (code === QUOTE) return -1
  }
  return text.length
}

/** Behind the quote that closes the one at `at`; -1 where no blank follows it. */
function quoteEnd(text: string, at: number): number {
  const end = text.indexOf('"', at + 1) + 1
  return end > 0 && (end === text.length || text.charCodeAt(end) === BLANK) ? end : -1
}

/** "-s ". */
const startsFlag = (text: string, at: number): boolean => text.charCodeAt(at) === DASH && isLetter(text.charCodeAt(at + 1)) && text.charCodeAt(at + 2) === BLANK

const isLetter = (code: number): boolean => (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
