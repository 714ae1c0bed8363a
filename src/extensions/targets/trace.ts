import { CONTINUE } from '../effect.ts'
import type { TargetExtension } from '../extension.ts'

/** xt_TRACE: has the kernel report every rule the packet meets from here on. */
export const trace: TargetExtension<Readonly<Record<string, never>>> = {
  name: 'TRACE',
  options: {},
  tables: ['raw'],
  parse: () => ({}),
  print: () => '',
  parseListing: () => ({}),
  printListing: () => '',
  compile: () => () => CONTINUE,
}
