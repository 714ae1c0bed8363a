/** Ports from first to last, both included (0 to 65535). */
export interface PortRange {
  readonly first: number
  readonly last: number
}

export const anyPort: PortRange = { first: 0, last: 65535 }

export const holdsPort = (range: PortRange, port: number): boolean => port >= range.first && port <= range.last

/** Reads a port number, 0 to 65535; null for anything else. */
export function parsePort(text: string): number | null {
  if (!/^(0[xX][0-9a-fA-F]+|\d+)$/.test(text)) return null
  const port = Number(text)
  return port <= 65535 ? port : null
}

export const printPortRange = ({ first, last }: PortRange, separator: string): string =>
  first === last ? `${first}` : `${first}${separator}${last}`
