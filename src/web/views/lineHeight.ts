/** Of the text field, in pixels; the style sheet has the same. */
export const LINE_HEIGHT = 19
