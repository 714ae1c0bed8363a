const PLAIN = /^[\w-]+$/

/** As xtables_save_string writes an argument: bare if it is a word of letters, digits, "_" and "-", else quoted. */
export const quoted = (text: string): string => (PLAIN.test(text) ? text : `"${text.replace(/["'\\]/g, '\\$&')}"`)
