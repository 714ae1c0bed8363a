import { parseAddress } from '../net/address.ts'
import type { Address } from '../net/address.ts'
import { UsageError } from './usageError.ts'

/** The fields of a JSON object that a user wrote; null and absent are the same. */
export class JsonFields {
  private readonly fields: ReadonlyMap<string, unknown>
  private readonly where: string

  /** `what` is it ("a connection"); a field not among `names` is a misspelt one. */
  constructor(value: unknown, where: string, what: string, names: ReadonlySet<string>) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UsageError(`${where}: ${what} is a JSON object`)
    this.fields = new Map(Object.entries(value).filter(([, each]) => each !== null))
    this.where = where
    const unknown = Object.keys(value).find((key) => !names.has(key))
    if (unknown !== undefined) throw new UsageError(`${where}: there is no field ${JSON.stringify(unknown)}; the fields are ${[...names].join(', ')}`)
  }

  get(key: string): unknown {
    return this.fields.get(key)
  }

  text(key: string): string | undefined {
    const value = this.fields.get(key)
    if (value === undefined || typeof value === 'string') return value
    throw new UsageError(`${this.where}: ${key} is a string`)
  }

  number(key: string, max: number): number | undefined {
    const value = this.fields.get(key)
    if (value === undefined || (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max)) return value
    throw new UsageError(`${this.where}: ${key} is a whole number from 0 to ${max}`)
  }

  truth(key: string): boolean | undefined {
    const value = this.fields.get(key)
    if (value === undefined || typeof value === 'boolean') return value
    throw new UsageError(`${this.where}: ${key} is true or false`)
  }

  address(key: string): Address | null {
    const text = this.text(key)
    if (text === undefined) return null
    const address = parseAddress(text)
    if (!address) throw new UsageError(`${this.where}: ${key}: ${JSON.stringify(text)} is no IP address`)
    return address
  }
}
