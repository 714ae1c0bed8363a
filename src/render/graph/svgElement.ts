import { printable } from '../printable.ts'

type Attributes = Readonly<Record<string, string | number | null>>

/** An SVG element as text; attributes that are null are left out. Children are SVG already. */
export function svgElement(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const given = Object.entries(attributes).map(([key, value]) => (value === null ? '' : ` ${key}="${svgText(`${value}`)}"`)).join('')
  return children.length === 0 ? `<${name}${given}/>` : `<${name}${given}>${children.join('')}</${name}>`
}

/** Characters XML has no way to write: halves of pairs, and the two that are none. */
const NO_XML = /[\ud800-\udfff\ufffe\uffff]/gu

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text as it can stand in SVG, in an element or an attribute: nothing of it is markup or a control sequence. */
export const svgText = (text: string): string =>
  printable(text).replace(NO_XML, (character) => `\\u${character.charCodeAt(0).toString(16)}`).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
