const PROGRAM = /(?:\/(?:usr\/)?(?:local\/)?s?bin\/)?\bip6?tables(?:-legacy|-nft)?(?=\s)/

/**
 * The iptables command within a line that was typed, blanks in place of what stands before it; what a shell does
 * behind it (`|| true`, `; …`, `# …`, a pipe) is cut off.
 */
export function ruleCommandText(line: string): string {
  const start = PROGRAM.exec(line)?.index ?? 0
  const command = line.slice(start)
  const quoted = /["']$/.test(line.slice(0, start)) ? line.charAt(start - 1) : null
  return ' '.repeat(start) + command.slice(0, commandEnd(command, quoted))
}

/** The first `;`, `|`, `&`, `>`, `<` or ` #` that is not within quotes, or the quote that closes `sh -c '…`. */
function commandEnd(command: string, closing: string | null): number {
  let quote: string | null = null
  for (let at = 0; at < command.length; at += 1) {
    const char = command.charAt(at)
    if (char === '\\') at += 1
    else if (quote !== null) quote = char === quote ? null : quote
    else if (char === closing || /[;|&<>]/.test(char) || (char === '#' && command.charAt(at - 1) === ' ')) return at
    else if (char === '"' || char === "'") quote = char
  }
  return command.length
}
