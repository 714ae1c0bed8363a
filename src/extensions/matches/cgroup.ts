import { declaredMatch } from '../declaredMatch.ts'
import { alwaysQuoted, inner, upTo, word } from '../matchFields.ts'
import { unmodelled } from '../unmodelled.ts'

const MAX = 0xffffffff

/** xt_cgroup.c cgroup_mt_v2: a packet without a socket never matches, negated or not. */
export const cgroup = declaredMatch({
  name: 'cgroup',
  head: '',
  leads: ['cgroup'],
  fields: [
    inner('cgroup', 'cgroup', upTo(MAX)),
    { ...inner('path', 'cgroup', word), save: alwaysQuoted, listed: /cgroup +(! +)?([^\s\d!]\S*)/ },
  ],
  test: (info) => {
    const asked = JSON.stringify(info)
    return ({ owner, socket }) => {
      if (owner === null && socket === null) return false
      return unmodelled('cgroup', "the sending process's control group", owner?.kind === 'file' ? `${asked} ${owner.uid}/${owner.gid}` : null)
    }
  },
})
