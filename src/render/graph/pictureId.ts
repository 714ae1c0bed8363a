import type { Family } from '../../net/address.ts'
import type { TableName } from '../../netfilter/table.ts'

/** A chain's id in pictures and in what is laid over them. */
export const chainId = (family: Family, table: TableName, chain: string): string => `${family}/${table}/${chain}`

export const edgeId = (from: string, kind: 'jump' | 'goto', to: string): string => `${from} ${kind} ${to}`
