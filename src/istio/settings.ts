import type { Given, SettingValues } from './configuration.ts'
import type { Flag, SwitchKey, TextKey } from './flags.ts'
import { initialValue } from './flags.ts'
import { isWithin } from './changes.ts'
import type { Behaviour } from './changes.ts'
import { parseBool } from './parseBool.ts'
import { flagsOf } from './parseFlags.ts'
import type { GivenFlag } from './parseFlags.ts'

export type Environment = Readonly<Record<string, string>>

/** Every setting by its key, as text: a flag beats the environment, which beats the default. */
export class Settings implements SettingValues {
  private readonly given: ReadonlyMap<string, Given<string>>

  constructor(flags: readonly GivenFlag[], env: Environment, behaviour: Behaviour) {
    const given = new Map<string, Given<string>>()
    for (const flag of flagsOf(behaviour.version)) {
      const value = fromEnvironment(flag, env, behaviour)
      if (flag.key && value) given.set(flag.key, value)
    }
    for (const { flag, value, from } of flags) if (flag.key) given.set(flag.key, { value, from })
    this.given = given
  }

  text(key: TextKey): Given<string> {
    return this.given.get(key) ?? { value: initialValue(key), from: null }
  }

  on(key: SwitchKey): Given<boolean> {
    const given = this.given.get(key)
    return given ? { value: parseBool(given.value) ?? false, from: given.from } : { value: false, from: null }
  }
}

function fromEnvironment(flag: Flag, env: Environment, behaviour: Behaviour): Given<string> | null {
  const own = flag.long && isWithin(behaviour.version, flag.since, flag.ownEnvUntil) ? [variable(flag.long)] : []
  const more = (flag.env ?? []).filter((each) => isWithin(behaviour.version, each.since ?? '1.4', each.until)).map((each) => each.name)
  // Up to 1.20 the variable of the flag's name overrules the other one, which is its default; later it is the reverse (pkg/flag/flag.go AdditionalEnv).
  const names = behaviour.has('env-by-viper') ? [...own, ...more] : [...more, ...own]
  for (const name of names) {
    const value = Object.hasOwn(env, name) ? env[name] : undefined
    if (value === undefined || (value === '' && behaviour.has('env-by-viper'))) continue
    if (flag.kind === 'switch' && parseBool(value) === null) continue
    return { value, from: `env ${name}=${value}` }
  }
  return null
}

const variable = (long: string): string => long.toUpperCase().replaceAll('-', '_')
