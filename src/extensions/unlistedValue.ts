/** In place of a value that a listing does not show: any. */
export const UNLISTED = '…'
