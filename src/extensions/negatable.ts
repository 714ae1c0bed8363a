import type { Option } from '../../grammar/ast.ts'
import type { Negatable } from '../netfilter/ruleset.ts'

export const bang = (condition: { readonly negated: boolean }): string => (condition.negated ? '! ' : '')

/** "! --length 5", or nothing where the condition is absent. */
export const savedOption = <T>(flag: string, condition: Negatable<T> | undefined, print: (value: T) => string): string[] =>
  condition ? [`${bang(condition)}${flag} ${print(condition.value)}`] : []

/** The option's value as `read` takes it, with its "!". */
export const negatable = <T>(option: Option, read: (option: Option) => T): Negatable<T> => ({ value: read(option), negated: option.negated })
