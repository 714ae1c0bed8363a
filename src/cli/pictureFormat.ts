/** The forms in which the chain graph is drawn. */
export const PICTURE_FORMATS = ['svg', 'mermaid', 'dot'] as const

export type PictureFormat = (typeof PICTURE_FORMATS)[number]

export const isPictureFormat = (format: string): format is PictureFormat => PICTURE_FORMATS.some((each) => each === format)
