/** `chainwalk/testing`: to hold rules against properties, with vitest (or what takes its matchers) and fast-check. */
export { connection } from './connection.ts'
export { connections, edits, istioArguments } from './arbitraries.ts'
export { matchers } from './matchers.ts'
export { rulesOf, RulesUnderTest } from './rulesUnderTest.ts'
export type { RulesOptions } from './rulesUnderTest.ts'
export type { Connection } from '../world/connection.ts'
