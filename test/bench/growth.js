import { measured } from './timing.js'

/** How costs grow; a Service is 11 rules. */
export function* growth() {
  const services = [9, 91, 909, 9091]
  const by = (name, sizes = services) => sizes.map((each) => [each * 11 + 7, measured(name, each)])
  yield { title: 'Reading, by the number of rules', unit: { x: 'rules', y: 'milliseconds' }, points: by('read-services'), file: 'bench-reading.svg' }
  yield { title: 'Until the first verdict, by the number of rules read', unit: { x: 'rules', y: 'milliseconds' }, points: by('ready-services'), file: 'bench-ready.svg' }
  yield { title: 'First packets to the last Service, by the number of rules', unit: { x: 'rules', y: 'a second' }, points: by('first-packets-services'), file: 'bench-verdicts.svg' }
  for (const name of ['diff', 'map', 'lint']) yield { title: `${name}, by the number of rules`, unit: { x: 'rules', y: 'milliseconds' }, points: by(`${name}-services`, services.slice(0, 3)), file: `bench-${name}.svg` }
  yield { title: 'Whole connections through Istio REDIRECT, by their number', unit: { x: 'connections', y: 'milliseconds' }, points: [1, 100, 10_000, 1_000_000].map((times) => [times, measured('many-connections', times)]), file: 'bench-connections.svg' }
}
