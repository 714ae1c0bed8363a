import { declaredMatch, unmodelledTest } from '../declaredMatch.ts'
import { outer } from '../matchFields.ts'
import { readGroup } from '../namedGroup.ts'

/** xt_realm.c realm_mt. Realm 0 has a name in every /etc/iproute2/rt_realms. */
export const realm = declaredMatch({
  name: 'realm',
  head: '',
  leads: ['realm'],
  fields: [
    {
      ...outer('realm', 'realm', (text) => readGroup(text, 'cosmos')),
      save: (value) => (value === '0x0' ? 'cosmos' : value),
      list: ({ value, negated }, style) => `${negated ? '! ' : ''}realm ${value === '0x0' && style === 'names' ? 'cosmos' : value}`,
    },
  ],
  test: unmodelledTest('realm', "the route's realm"),
})
