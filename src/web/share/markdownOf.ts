/** A trace to paste into an issue: the answer, the trace as text, and the command that gives it. */
export function markdownOf(answer: string, text: string, command: string): string {
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)))
  return [`**${answer.replace(/[\\`*_<>|]/g, '\\$&')}**`, '', `${fence}text`, text.trimEnd(), fence, '', `${fence}console`, `$ ${command}`, fence, ''].join('\n')
}
