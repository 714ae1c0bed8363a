import { because } from '../configuration.ts'
import type { Section } from './section.ts'

/** INVALID packets would reach the app un-translated and reset connections (releasenotes/notes/36566.yaml). */
export function dropInvalid({ config, behaviour, rules }: Section): void {
  const setting = config.on.dropInvalid
  if (!setting.value) return
  const why = because('packets conntrack calls INVALID are dropped, else they would reset connections', setting)
  const chained = behaviour.has('invalid-drop-chain')
  rules.append('mangle', 'PREROUTING', `-m conntrack --ctstate INVALID -j ${chained ? 'ISTIO_DROP' : 'DROP'}`, why)
  if (chained) rules.append('mangle', 'ISTIO_DROP', '-j DROP', why)
}
