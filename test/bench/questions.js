import { measured } from './timing.js'

const ms = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en')} ms`

/** What is asked of all connections at once. */
export function* questions() {
  yield { what: '`diff` of Istio 1.11.3 and 1.20', figure: ms(measured('diff-istio')), aim: 'under 100 ms', how: `in a process that has done it before; ${ms(measured('diff-istio-cold'))} the first time` }
  yield { what: '`diff` of 1,000 Services with one endpoint elsewhere', figure: ms(measured('diff-services', 1000)), aim: 'under 5,000 ms', how: 'the first time, both dumps read before' }
  yield { what: '`map` of an Istio pod', figure: ms(measured('map-istio')), aim: 'under 200 ms', how: 'in a process that has done it before' }
  yield { what: '`lint` of an Istio pod', figure: ms(measured('lint-istio')), how: 'likewise' }
  yield { what: '`rules` of Istio 1.20', figure: ms(measured('rules-istio')), how: 'likewise' }
}
