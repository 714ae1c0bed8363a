import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readAccessLog } from '../../../src/proxy/accessLog/readAccessLog.ts'
import type { AccessLog } from '../../../src/proxy/accessLog/readAccessLog.ts'
import type { Read } from '../../../src/netfilter/diagnostic.ts'

export const PUBLISHED = ['source-ip.txt', 'keep-source-ip-zh.txt', 'keep-source-ip-en.txt', 'egress.txt', 'documented.txt'] as const

export const textOf = (name: (typeof PUBLISHED)[number]): string => readFileSync(join(import.meta.dirname, 'data', name), 'utf8')

export const published = (name: (typeof PUBLISHED)[number]): Read<AccessLog> => readAccessLog([{ name, text: textOf(name) }])

export const readText = (text: string): Read<AccessLog> => readAccessLog([{ name: 'log', text }])
