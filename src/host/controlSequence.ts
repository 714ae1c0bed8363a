const CSI = 0x9b
const BELL = 7

/** Where the terminal control sequence that begins at `at` ends (ECMA-48: CSI, OSC and two-character sequences). */
export function controlSequenceEnd(line: string, at: number): number {
  if (line.charCodeAt(at) === CSI) return parametersEnd(line, at + 1)
  switch (line.charAt(at + 1)) {
    case '[': return parametersEnd(line, at + 2)
    case ']': case 'P': case '^': case '_': return stringEnd(line, at + 2)
    case '(': case ')': case '#': case '%': return at + 3
    default: return at + 2
  }
}

/** Parameter and intermediate bytes, then one final byte. */
function parametersEnd(line: string, start: number): number {
  let at = start
  while (at < line.length && line.charCodeAt(at) >= 0x20 && line.charCodeAt(at) <= 0x3f) at += 1
  const final = line.charCodeAt(at)
  return final >= 0x40 && final <= 0x7e ? at + 1 : at
}

/** Up to BEL or ESC \; a string that is not closed ends nowhere, so only its introducer goes. */
function stringEnd(line: string, start: number): number {
  for (let at = start; at < line.length; at += 1) {
    if (line.charCodeAt(at) === BELL) return at + 1
    if (line.charCodeAt(at) === 0x1b) return line.charAt(at + 1) === '\\' ? at + 2 : at
  }
  return start
}
