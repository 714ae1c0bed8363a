/** Access logs of other programs that are pasted beside Envoy's. */
const OTHERS: readonly (readonly [name: string, test: (line: string) => boolean])[] = [
  ['squid', (line) => /^\s*\d{9,11}\.\d{3}\s+\d+ \S+ [A-Z_]+\/\d{3} \d+ [A-Z]+ \S/.test(line)],
  ['nginx or httpd', (line) => /\[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\]/.test(line)],
  ['ztunnel', (line) => line.includes('src.addr=') && line.includes('dst.addr=')],
]

/** Whose access log this is a line of, other than Envoy's; null: of none known here. */
export const otherAccessLog = (line: string): string | null => OTHERS.find(([, test]) => test(line))?.[0] ?? null
