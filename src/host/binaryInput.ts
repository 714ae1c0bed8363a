const SAMPLE = 65_536

/** Whether a file is no text: more than one character in a hundred is NUL, or in ten unprintable or undecodable. */
export function isBinary(text: string): boolean {
  const sample = text.slice(0, SAMPLE)
  let nul = 0
  let odd = 0
  for (let at = 0; at < sample.length; at += 1) {
    const code = sample.charCodeAt(at)
    if (code === 0) nul += 1
    else if (isOdd(code)) odd += 1
  }
  return nul * 100 > sample.length || (nul + odd) * 10 > sample.length
}

/** Control characters other than those of terminals (BEL, BS, TAB, LF, FF, CR, ESC), and U+FFFD. */
const isOdd = (code: number): boolean => code < 7 || code === 11 || (code > 13 && code < 32 && code !== 27) || (code >= 0x7f && code < 0xa0) || code === 0xfffd
