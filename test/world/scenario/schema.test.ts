import { readFileSync, readdirSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readScenario } from '../../../src/world/scenario/readScenario.ts'

const root = new URL('../../../', import.meta.url)
const schema: object = JSON.parse(readFileSync(new URL('docs/scenario.schema.json', root), 'utf8'))
const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema)
const folder = new URL('examples/scenarios/', root)
const examples = readdirSync(folder).filter((name) => name.endsWith('.yaml')).map((name): [string, string] => [name, readFileSync(new URL(name, folder), 'utf8')])

describe('the schema of scenarios', () => {
  it.each(examples)('takes %s', (_, text) => {
    expect([validate(parse(text)), validate.errors]).toEqual([true, null])
  })

  /** Each change makes a mistake of shape: the reader and the schema see it alike. */
  it.each([
    ['connection:', 'connexion:'], ['from: sleep', 'form: sleep'], ['to: httpbin.default:8000', 'to: httpbin.default'], ['sidecar: REDIRECT', 'sidecar: BOTH'], ['listens: [80]', 'listens: [0]'],
    ['port: 8000', 'port: eight'], ['pods: [httpbin]', 'pods: httpbin'], ['httpbin.default:\n', 'httpbin:\n'], ['    address: 172.17.0.10\n', ''], ['http: {host: "httpbin:8000"}', 'http: {hosts: []}'], ['sidecar: REDIRECT', 'ingress: [{port: 80, to: "10.0.0.1:80"}]'],
  ])('and the reader refuse %j as %j', (from, to) => {
    const text = examples.find(([name]) => name === 'east-west.yaml')?.[1].replace(from, to) ?? ''
    expect([validate(parse(text)), readScenario(text, 'scenario.yaml', () => null).value]).toEqual([false, null])
  })
})
