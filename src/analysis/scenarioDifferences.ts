import type { ScenarioHost } from '../world/scenario/scenarioWalk.ts'
import { detectProfile } from '../world/detectProfile.ts'
import { differences } from './differences.ts'
import type { Differences } from './differences.ts'
import { kindsOf } from './kinds.ts'
import { NetnsWalker } from './netnsWalker.ts'

/** What fares differently in one host's namespace. */
export interface HostDifferences extends Differences {
  readonly host: string
}

export interface ScenarioDifferences {
  /** Hosts of both scenarios in which anything differs. */
  readonly hosts: readonly HostDifferences[]
  readonly onlyBefore: readonly string[]
  readonly onlyAfter: readonly string[]
}

/** Holds the hosts of two scenarios against each other, each in its own namespace: its proxy follows the configuration shown of it; the mesh's Services and other hosts are not looked at. */
export function scenarioDifferences(before: readonly ScenarioHost[], after: readonly ScenarioHost[]): ScenarioDifferences {
  const missing = (hosts: readonly ScenarioHost[], others: readonly ScenarioHost[]): string[] => hosts.filter(({ name }) => !others.some((other) => other.name === name)).map(({ name }) => name)
  const hosts = before.flatMap((old) => after.filter(({ name }) => name === old.name).map((now) => hostDifferences(old, now)))
  return { hosts: hosts.filter(({ found, inexact }) => found.length + inexact.length > 0), onlyBefore: missing(before, after), onlyAfter: missing(after, before) }
}

function hostDifferences(before: ScenarioHost, after: ScenarioHost): HostDifferences {
  const [old, now] = [walkerOf(before), walkerOf(after)]
  return { host: before.name, ...differences(kindsOf([...old.netns.rulesets, ...now.netns.rulesets]), () => old, () => now) }
}

const walkerOf = ({ fixed: { netns }, profile }: ScenarioHost): NetnsWalker => new NetnsWalker(netns, profile ?? detectProfile(netns.rulesets, netns.listeners))
