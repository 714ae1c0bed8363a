import { roundedCount } from '../../ruleset/roundedCount.ts'
import type { RowText } from './chainRows.ts'
import type { PictureColumns } from './picture.ts'
import { columnsOf } from './shortText.ts'

/** Sizes in pixels; a column is what a letter of the rows' 12-pixel font takes, a little more than fonts do. */
export const COLUMN = 7.3
const TITLE_COLUMN = 8
export const ROW = 20
export const TITLE = 28
const FOOT = 6
/** Left of the numbers stands the sign of a miss. */
const SIGN = 20
const SIDE = 14
const GAP = 16

/** How large a box is, and where in it the words of its rows begin. */
export interface MeasuredBox {
  readonly width: number
  readonly height: number
  readonly columns: PictureColumns
}

const widest = (texts: readonly string[]): number => Math.ceil(Math.max(0, ...texts.map(columnsOf)) * COLUMN)

/** Measures a box by its longest words. `chip` stands behind the title. */
export function measuredBox(title: string, chip: string, rows: readonly RowText[]): MeasuredBox {
  const rules = rows.filter(({ kind }) => kind === 'rule' || kind === 'policy')
  const numbers = widest(rows.map(({ first }) => (first === null ? '' : `${first}`)))
  const number = SIGN + numbers
  const asks = numbers === 0 ? SIGN : number + 10
  const target = asks + widest(rules.map((row) => row.asks)) + GAP
  const free = Math.max(target + widest(rules.map((row) => row.target)), asks + widest(rows.map((row) => row.asks)))
  const counts = rows.some(({ packets }) => packets !== null && packets > 0) ? widest(rows.map(({ packets }) => (packets === null ? '' : roundedCount(packets)))) : null
  const packets = counts === null ? null : free + GAP + counts
  const heading = SIDE * 2 + Math.ceil(columnsOf(title) * TITLE_COLUMN) + (chip === '' ? 0 : GAP + Math.ceil(columnsOf(chip) * COLUMN))
  const width = Math.max((packets ?? free) + SIDE, heading)
  return { width, height: TITLE + rows.length * ROW + (rows.length === 0 ? 0 : FOOT), columns: { number, asks, target, packets: packets === null ? null : width - SIDE } }
}

/** The middle of a row, from the top of its box. */
export const rowMiddle = (row: number): number => TITLE + row * ROW + ROW / 2

/** The middle of the title: where edges arrive. */
export const TITLE_MIDDLE = TITLE / 2
