import { CONTINUE } from '../effect.ts'
import type { Effect } from '../effect.ts'
import type { TargetExtension } from '../extension.ts'

const UNTRACKED: Effect = { kind: 'template', notrack: true, zone: 0, zoneDirection: 'both' }

/** xt_CT's alias (XT_CT_NOTRACK_ALIAS): CT --notrack under its old name; a listing has CT in the target column. */
export const notrack: TargetExtension<Readonly<Record<string, never>>> = {
  name: 'NOTRACK',
  options: {},
  tables: ['raw'],
  listedAs: 'CT',
  parse: () => ({}),
  print: () => '',
  parseListing: (cursor) => (cursor.skip('NOTRACK') ? {} : null),
  printListing: () => 'NOTRACK',
  compile: () => (skb) => (skb.ct !== null || skb.ctTemplate !== null ? CONTINUE : UNTRACKED),
}
