import type { Hook } from './hook.ts'

export type TableName = 'raw' | 'mangle' | 'nat' | 'filter' | 'security'

export const TABLES: readonly TableName[] = ['raw', 'mangle', 'nat', 'filter', 'security']

/** The chains each table has from the start, in the order the kernel lists them. */
export const BUILTIN_CHAINS: Readonly<Record<TableName, readonly Hook[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
}

export const isTableName = (name: string): name is TableName => TABLES.some((table) => table === name)
