import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MATCHES, TARGETS } from '../src/extensions/registry.ts'

const ROOT = resolve(import.meta.dirname, '..')

/** Each layer imports only from itself and from those before it. */
const LAYERS = ['grammar', 'src/net', 'src/netfilter', 'src/extensions', 'src/ruleset', 'src/istio', 'src/host', 'src/engine', 'src/proxy', 'src/world', 'src/analysis', 'src/lessons', 'src/render', 'src/testing', 'src/cli', 'src/web']

/** From net to render nothing touches the outside. */
const PURE = LAYERS.slice(0, LAYERS.indexOf('src/render') + 1)

const IMPURE = [/from 'node:/, /\bprocess\.(?:env|stdin|stdout|stderr|exit|argv|cwd)\b/, /\bDate\.now\b/, /\bnew Date\(\)/, /\bMath\.random\b/, /\bdocument\.(?:body|querySelector|createElement|getElement)/, /\bwindow\.(?:document|location|addEventListener|fetch)/, /\bconsole\./]

interface Source {
  readonly path: string
  readonly layer: string
  readonly text: string
}

function sourcesIn(folder: string): Source[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return sourcesIn(path)
    const layer = LAYERS.find((each) => path.startsWith(`${each}/`))
    return /\.tsx?$/.test(path) && layer ? [{ path, layer, text: readFileSync(join(ROOT, path), 'utf8') }] : []
  })
}

const sources = [...sourcesIn('grammar'), ...sourcesIn('src')]

const importsOf = ({ path, text }: Source): string[] =>
  [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']*)'/g)].map(([, to = '']) => relative(ROOT, resolve(ROOT, dirname(path), to)))

describe('the layers', () => {
  it('import one way only', () => {
    const wrong = sources.flatMap((source) =>
      importsOf(source)
        .filter((to) => LAYERS.findIndex((layer) => to.startsWith(`${layer}/`)) > LAYERS.indexOf(source.layer))
        .map((to) => `${source.path} imports ${to}`),
    )
    expect(wrong).toEqual([])
  })

  it('have no cycle of files', () => {
    const graph = new Map(sources.map((source) => [source.path, importsOf(source)]))
    const state = new Map<string, 'open' | 'done'>()
    const cycles: string[] = []
    const visit = (path: string, trail: readonly string[]): void => {
      if (state.get(path) === 'done') return
      if (state.get(path) === 'open') { cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> ')); return }
      state.set(path, 'open')
      for (const to of graph.get(path) ?? []) visit(to, [...trail, path])
      state.set(path, 'done')
    }
    for (const { path } of sources) visit(path, [])
    // Types may refer to each other across files; only what is left at run time could break.
    const typesOnly = (cycle: string): boolean => cycle.split(' -> ').some((path, i, all) => {
      const to = all[i + 1]
      const source = sources.find((each) => each.path === path)
      return to !== undefined && source !== undefined && new RegExp(`import type [^;]*?'[^']*${to.split('/').at(-1)}'`).test(source.text) && !new RegExp(`import \\{[^}]*\\} from '[^']*${to.split('/').at(-1)}'`).test(source.text)
    })
    expect(cycles.filter((cycle) => !typesOnly(cycle))).toEqual([])
  })

  it('are pure from net to render', () => {
    const wrong = sources.filter(({ layer }) => PURE.includes(layer)).flatMap(({ path, text }) => IMPURE.filter((pattern) => pattern.test(text)).map((pattern) => `${path}: ${pattern.source}`))
    expect(wrong).toEqual([])
  })

  it('let the page have the core through one door', () => {
    const wrong = sources.filter(({ layer, path }) => layer === 'src/web' && path !== 'src/web/core.ts').flatMap((source) => importsOf(source).filter((to) => /^(src|grammar)\//.test(to) && !to.startsWith('src/web/')).map((to) => `${source.path} imports ${to}`))
    expect(wrong).toEqual([])
  })

  it('let no text become markup or program in the page', () => {
    const wrong = sources.filter(({ layer, path }) => layer === 'src/web' && path !== 'src/web/core.ts').flatMap(({ path, text }) => [/innerHTML|outerHTML|insertAdjacentHTML|document\.write/, /\beval\b|new Function\b/, /\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon|EventSource/].filter((pattern) => pattern.test(text)).map((pattern) => `${path}: ${pattern.source}`))
    expect(wrong).toEqual([])
  })

  it('name extensions nowhere but in their own files', () => {
    const shared = sources.filter(({ path }) => /^src\/(ruleset|engine|host|world|render)\//.test(path))
    const names = new Set([...MATCHES, ...TARGETS].map(({ name }) => name))
    const wrong = shared.flatMap(({ path, text }) => [...text.matchAll(/\.name === '([^']+)'/g)].filter(([, name = '']) => names.has(name)).map(([all]) => `${path}: ${all}`))
    expect(wrong).toEqual([])
  })
})
