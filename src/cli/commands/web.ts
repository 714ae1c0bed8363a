import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { parseCount } from '../connectionOptions.ts'
import { UsageError } from '../usageError.ts'

export interface WebOptions {
  readonly port?: string
  readonly file?: boolean
}

/** `chainwalk web`: serves the one file that is the page, to this machine alone, until it is interrupted. */
export async function web({ port, file }: WebOptions): Promise<void> {
  const path = fileURLToPath(new URL('web/index.html', import.meta.url))
  if (!existsSync(path)) throw new UsageError('this build of chainwalk has no page')
  if (file === true) {
    process.stdout.write(`${path}\n`)
    return
  }
  const server = serving(readFileSync(path))
  const { port: bound } = await listening(server, port === undefined ? 0 : parseCount(port, '--port', 65535))
  process.stdout.write(`http://127.0.0.1:${bound}/\n`)
  process.once('SIGINT', () => { server.close(); server.closeAllConnections() })
  await once(server, 'close')
}

function serving(page: Buffer): Server {
  return createServer(({ method, url = '/' }, response) => {
    const asked = (method === 'GET' || method === 'HEAD') && /^\/(?:index\.html)?(?:\?|$)/.test(url)
    response.writeHead(asked ? 200 : 404, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
    response.end(asked && method === 'GET' ? page : undefined)
  })
}

async function listening(server: Server, port: number): Promise<AddressInfo> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening').catch(() => { throw new UsageError(`port ${port} cannot be used`) })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address
}
