import { parseAllDocuments } from 'yaml'
import type { Diagnostic } from '../../netfilter/diagnostic.ts'
import { readPodValues } from './container.ts'
import { toPlain } from './plain.ts'
import { nothingRead } from './readArguments.ts'
import type { ArgumentsRead } from './readArguments.ts'

/** Reading takes a second for a megabyte; no pod is that long. */
const MAX_LENGTH = 1_000_000

/** Reads YAML: a list of arguments, a container, or pods and deployments in one or several documents. */
export function readYaml(text: string, file: string): ArgumentsRead {
  if (text.length > MAX_LENGTH) return nothingRead('arguments-too-long', 'this YAML is too long to be a pod')
  // "failsafe" keeps every scalar as text: 15001 and "15001" are the same argument.
  const documents = [...parseAllDocuments(text, { schema: 'failsafe', logLevel: 'silent' })]
  const problems = documents.flatMap((document) => document.errors).map(({ message, linePos }): Diagnostic => {
    const [from] = linePos ?? []
    return { code: 'arguments-syntax', severity: 'error', message: message.split('\n')[0] ?? message, span: from ? { file, line: from.line, column: from.col, length: 1 } : null }
  })
  if (problems.length > 0) return { value: null, diagnostics: problems }
  try {
    return readPodValues(documents.map((document) => toPlain(document.toJS({ maxAliasCount: 100 }))), 'yaml')
  } catch {
    // The yaml package throws when aliases would unfold without end.
    return nothingRead('arguments-syntax', 'the aliases of this YAML unfold to too much')
  }
}
