// The rule exists to keep such characters out of patterns; this pattern is what keeps them out of the output.
/* eslint-disable no-control-regex */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** Text that came from a dump, made safe to show: control characters and direction overrides become visible escapes. */
export const printable = (text: string): string => text.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
