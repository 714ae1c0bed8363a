/** A text in which `words` are code. */
export const CodedText = ({ text }: { readonly text: string }) => (
  <span class="told">{text.split('`').map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))}</span>
)
