import { createHash } from 'node:crypto'
import type { Plugin } from 'vite'

const PLACE = '<!-- content-policy -->'

/** Puts a Content-Security-Policy into the built page that names its one script and its styles by their hashes: nothing else runs, and nothing is fetched. */
export function contentPolicy(): Plugin {
  return {
    name: 'content-policy',
    enforce: 'post',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        for (const file of Object.values(bundle)) if (file.type === 'asset' && file.fileName.endsWith('.html')) file.source = withPolicy(String(file.source))
      },
    },
  }
}

function withPolicy(html: string): string {
  const policy = [
    "default-src 'none'", `script-src ${hashes(html, 'script')}`, `style-src ${hashes(html, 'style')}`, 'worker-src blob:', 'img-src data: blob:', "base-uri 'none'", "form-action 'none'",
  ].join('; ')
  if (!html.includes(PLACE)) throw new Error(`index.html has no ${PLACE}`)
  return html.replace(PLACE, `<meta http-equiv="Content-Security-Policy" content="${policy}">`)
}

const hashes = (html: string, tag: 'script' | 'style'): string =>
  [...html.matchAll(new RegExp(`<${tag}\\b[^>]*>([\\s\\S]*?)</${tag}>`, 'g'))].map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`).join(' ')
