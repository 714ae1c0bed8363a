import { declaredMatch, unmodelledTest } from '../declaredMatch.ts'
import { inner, upTo } from '../matchFields.ts'

const MAX = 0xffffffff

/** xt_cpu.c cpu_mt. */
export const cpu = declaredMatch({ name: 'cpu', head: '', leads: ['cpu'], fields: [inner('cpu', 'cpu', upTo(MAX))], test: unmodelledTest('cpu', 'which processor handles the packet') })
