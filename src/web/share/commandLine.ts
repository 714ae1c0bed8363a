import type { LinkState } from './linkState.ts'

/** The command that answers the same in a terminal, once the texts are saved under their names. */
export function commandLine({ room, form, a, b }: LinkState): string {
  if (room === 'compare') return words('chainwalk', 'diff', fileName(a.files[0]?.name ?? 'before.txt'), fileName(b.files[0]?.name ?? 'after.txt'), ...podIps(form.podIp))
  const { from, to, uid, gid, proto, mark, istio, podIp } = form
  const option = (name: string, value: string): readonly string[] => (value.trim() === '' ? [] : [name, value.trim()])
  return words(
    'chainwalk', 'trace', ...a.files.map(({ name }) => fileName(name)), ...option('--from', from), ...option('--to', to), ...option('--uid', uid), ...option('--gid', gid), ...(proto === 'tcp' ? [] : ['--proto', proto]),
    ...option('--mark', mark), ...option('--istio', istio), ...podIps(podIp), ...(a.state > 0 ? ['--state', `${a.state + 1}`] : []),
  )
}

const podIps = (text: string): readonly string[] => text.split(/[\s,]+/).filter(Boolean).flatMap((each) => ['--pod-ip', each])

/** No option, whatever it is called. */
const fileName = (name: string): string => (name.startsWith('-') ? `./${name}` : name)

const words = (...all: readonly string[]): string => all.map(quoted).join(' ')

/** As a POSIX shell takes it. */
const quoted = (word: string): string => (/^[\w.,:/@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
