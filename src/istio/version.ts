/** A release of Istio; the patch decides too: 1.11.3 brought `-c`. */
export interface Version {
  readonly major: number
  readonly minor: number
  readonly patch: number
}

/** The version asked for, and what had to be assumed to find it. */
export interface ResolvedVersion {
  readonly version: Version
  /** As given in a heading: "1.11.3". */
  readonly name: string
  /** Said when the rules of another release are used than the one named. */
  readonly note: string | null
}

/** The releases whose generated rules were compared; between two neighbours of a minor the lower one holds. */
export const KNOWN_RELEASES: readonly string[] = [
  '1.4.0', '1.5.0', '1.6.0', '1.7.0', '1.8.0', '1.9.0', '1.10.0', '1.11.0', '1.11.3', '1.12.0', '1.13.0', '1.14.0', '1.15.0',
  '1.16.0', '1.17.0', '1.18.0', '1.19.0', '1.20.0', '1.21.0', '1.22.0', '1.23.0', '1.24.0', '1.25.0', '1.26.0', '1.27.0',
  '1.28.0', '1.29.0', '1.30.0', '1.31.0',
]

export const compareVersions = (a: Version, b: Version): number => a.major - b.major || a.minor - b.minor || a.patch - b.patch

export const printVersion = ({ major, minor, patch }: Version): string => `${major}.${minor}.${patch}`

/** Reads "1.11", "1.11.3", "v1.11.3", "release-1.11", "1.11.3-distroless", "1.31.0-rc.0"; null when it is none of these. */
export function parseVersion(text: string): Version | null {
  const found = /^(?:v|release-)?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?(?:[-_+.][\w.+-]*)?$/.exec(text.trim())
  if (!found) return null
  return { major: Number(found[1]), minor: Number(found[2]), patch: Number(found[3] ?? 0) }
}

/** Finds the known release whose rules a named version has; null when the name is no version or is older than 1.4. */
export function resolveVersion(text: string): ResolvedVersion | null {
  if (/^(latest|master|head|main|dev)$/i.test(text.trim())) return known(LATEST, null)
  const asked = parseVersion(text)
  if (!asked) return null
  const found = RELEASES.findLast((release) => compareVersions(release, asked) <= 0)
  if (!found) return null
  if (compareVersions(found, asked) === 0) return known(found, null)
  return known(found, `Istio ${printVersion(asked)} is not known here by itself; the rules of ${printVersion(found)}, the nearest lower known release, are given`)
}

const known = (version: Version, note: string | null): ResolvedVersion => ({ version, name: printVersion(version), note })

const FIRST: Version = { major: 1, minor: 4, patch: 0 }

/** The same, in order. */
export const RELEASES: readonly Version[] = KNOWN_RELEASES.map((name) => parseVersion(name) ?? FIRST)

const LATEST: Version = RELEASES.at(-1) ?? FIRST
