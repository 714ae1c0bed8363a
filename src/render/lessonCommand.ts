import type { Lesson, LessonStep } from '../lessons/lesson.ts'
import type { LessonAnswer } from '../lessons/lessonAnswer.ts'
import { traceOptions } from './regionText.ts'

/** The command line that traces a step's connection; null where its rules are not what istio-iptables makes, or more is shown of its namespace. */
export function lessonCommand({ namespaces }: Lesson, { namespace }: LessonStep, { question: { connection } }: LessonAnswer): string | null {
  const { rules, addresses, session } = namespaces[namespace] ?? {}
  if (rules?.from !== 'istio' || rules.edits || session !== undefined) return null
  const { version, mode, nameservers = [], args } = rules
  const made = ['chainwalk', 'rules', '--istio', version, ...(mode === 'ambient' ? ['--ambient'] : []), ...nameservers.flatMap((each) => ['--nameserver', each]), ...(args.length > 0 ? ['--', ...args] : [])]
  const pod = connection.origin === 'local' ? (addresses ?? []).map((address) => ` --pod-ip ${address}`).join('') : ''
  return `${made.map(quoted).join(' ')} | chainwalk trace - --istio ${version} ${traceOptions(connection)}${pod}`
}

/** For a POSIX shell. */
const quoted = (word: string): string => (/^[\w.:/,=@-]+$/.test(word) ? word : `'${word.replaceAll('\'', '\'\\\'\'')}'`)
