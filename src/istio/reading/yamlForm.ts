import { parseAllDocuments } from 'yaml'
import type { Diagnostic } from '../../netfilter/diagnostic.ts'
import { readPodValues } from './container.ts'
import { toPlain } from './plain.ts'
import type { ArgumentsRead } from './readArguments.ts'

/** Reads YAML: a list of arguments, a container, or pods and deployments in one or several documents. */
export function readYaml(text: string, file: string): ArgumentsRead {
  // "failsafe" keeps every scalar as text: 15001 and "15001" are the same argument.
  const documents = [...parseAllDocuments(text, { schema: 'failsafe', logLevel: 'silent' })]
  const problems = documents.flatMap((document) => document.errors).map(({ message, linePos }): Diagnostic => {
    const [from] = linePos ?? []
    return { code: 'arguments-syntax', severity: 'error', message: message.split('\n')[0] ?? message, span: from ? { file, line: from.line, column: from.col, length: 1 } : null }
  })
  if (problems.length > 0) return { value: null, diagnostics: problems }
  return readPodValues(documents.map((document) => toPlain(document.toJS({ maxAliasCount: 100 }))), 'yaml')
}
