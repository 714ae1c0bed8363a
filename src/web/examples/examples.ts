import node from '../../../examples/node/rules.txt?raw'
import redirect from '../../../examples/redirect/nat.txt?raw'
import tproxyMangle from '../../../examples/tproxy/mangle.txt?raw'
import tproxyNat from '../../../examples/tproxy/nat.txt?raw'
import initContainer from '../../../examples/arguments/init-container.json?raw'
import type { Word } from '../language/en.ts'
import { EMPTY_FORM } from '../worker/connectionForm.ts'
import type { ConnectionForm } from '../worker/connectionForm.ts'
import { MODES } from '../worker/protocol.ts'
import type { GenerateAsked } from '../worker/protocol.ts'
import localhostOnly from './localhostOnly.txt?raw'
import noTproxyRoute from './noTproxyRoute.txt?raw'

/** Something to begin with: a text, or the rules a mode makes, and a connection. */
export interface Example {
  readonly id: string
  readonly group: Word
  readonly title: Word
  readonly given: { readonly name: string; readonly text: string } | GenerateAsked
  readonly form: ConnectionForm
}

const INBOUND: ConnectionForm = { ...EMPTY_FORM, from: '10.20.0.78', to: '10.20.0.77:18080' }

const dump = (id: string, title: Word, text: string, form: Partial<ConnectionForm> = {}): Example => ({ id, group: 'exampleDumps', title, given: { name: `${id}.txt`, text }, form: { ...INBOUND, ...form } })

const ticket = (id: string, title: Word, text: string, form: Partial<ConnectionForm> = {}): Example => ({ ...dump(id, title, text, form), group: 'exampleTickets' })

/** The arguments the injector gives. */
const ARGUMENTS = "-p 15001 -z 15006 -u 1337 -i '*' -x '' -b '*' -d 15090,15021,15020"

const MODE_TITLES = { REDIRECT: 'exampleModeRedirect', TPROXY: 'exampleModeTproxy', AMBIENT: 'exampleModeAmbient', NONE: 'exampleModeNone' } as const

export const EXAMPLES: readonly Example[] = [
  dump('redirect', 'exampleRedirect', redirect),
  dump('tproxy', 'exampleTproxy', `${tproxyMangle}\n${tproxyNat}`),
  dump('node', 'exampleNode', node, { from: '203.0.113.7', to: '203.0.113.80:80' }),
  dump('arguments', 'exampleArguments', initContainer),
  ...MODES.map((mode): Example => ({ id: `mode-${mode.toLowerCase()}`, group: 'exampleModes', title: MODE_TITLES[mode], given: { version: mode === 'AMBIENT' ? 'latest' : '1.22', mode, args: ARGUMENTS }, form: INBOUND })),
  ticket('excluded-port', 'exampleExcludedPort', redirect, { to: '10.20.0.77:15020' }),
  ticket('app-as-1337', 'exampleAppAs1337', redirect, { from: '', to: '203.0.113.9:443', uid: '1337', podIp: '10.20.0.77' }),
  ticket('localhost-only', 'exampleLocalhostOnly', localhostOnly),
  ticket('no-tproxy-route', 'exampleNoTproxyRoute', noTproxyRoute),
]
