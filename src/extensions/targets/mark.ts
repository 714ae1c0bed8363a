import type { TargetExtension } from '../extension.ts'
import { changedMark, listMarkChange, MARK_CHANGE_OPTIONS, parseListedMarkChange, parseMarkChange } from '../markChange.ts'
import type { MarkChange } from '../markChange.ts'
import { hex } from '../maskedMark.ts'

/** xt_MARK: sets the packet's fwmark and goes on. */
export const mark: TargetExtension<MarkChange> = {
  name: 'MARK',
  options: MARK_CHANGE_OPTIONS,
  parse: (options) => parseMarkChange(options) ?? { value: 0, mask: 0 },
  print: ({ value, mask }) => `--set-xmark ${hex(value)}/${hex(mask)}`,
  parseListing: (cursor) => (cursor.skip('MARK') ? parseListedMarkChange(cursor) : null),
  printListing: (change) => `MARK ${listMarkChange(change)}`,
  marks: ({ value, mask }) => [{ kind: 'changed', value, mask }],
  compile: (change) => (skb) => ({ kind: 'set', change: { mark: changedMark(skb.mark, change) } }),
}
