import { expect, it } from 'vitest'
import { readTranscript } from '../../src/host/readTranscript.ts'
import { conditionSpans, ruleText } from '../../src/render/conditionSpans.ts'

/** Each condition of the text's first rule, and the words it is found by. */
function found(text: string): (readonly [string, string | null])[] {
  const rule = readTranscript([{ name: 'test', text }]).value.states[0]?.rulesets[0]?.tables[0]?.chains.flatMap(({ rules }) => rules)[0] ?? expect.fail('no rule was read')
  return conditionSpans(rule, 4).map(({ asked, span }) => [asked, span && ruleText(rule).slice(span.start, span.end)] as const)
}

const LISTING = 'Chain ISTIO_OUTPUT (1 references)\n pkts bytes target     prot opt in     out     source               destination\n'

it.each([
  ['*nat\n-A OUTPUT -s 127.0.0.6/32 -o lo -p tcp -m tcp --dport 80 -j RETURN\nCOMMIT', [['-s 127.0.0.6/32', '-s 127.0.0.6/32'], ['-o lo', '-o lo'], ['-p tcp', '-p tcp'], ['-m tcp --dport 80', '-m tcp --dport 80']]],
  ['*nat\n-A OUTPUT -p tcp --dport 80 -j RETURN\nCOMMIT', [['-p tcp', '-p tcp'], ['-m tcp --dport 80', '--dport 80']]],
  [`${LISTING}    0     0 RETURN     all  --  any    lo      127.0.0.6            anywhere\n`, [['-s 127.0.0.6/32', '127.0.0.6'], ['-o lo', 'lo']]],
  [`${LISTING}    0     0 RETURN     all  --  any    lo      anywhere            !localhost            owner UID match 1337\n`, [['! -d 127.0.0.1/32', '!localhost'], ['-o lo', 'lo'], ['-m owner --uid-owner 1337', 'owner UID match 1337']]],
  [`${LISTING}    0     0 RETURN     tcp  --  any    any     anywhere             anywhere             tcp dpt:ssh\n`, [['-p tcp', 'tcp'], ['-m tcp --dport 22', 'tcp dpt:ssh']]],
  ['*nat\n-A OUTPUT -p tcp -m comment --comment "tcp and -p tcp" -j RETURN\nCOMMIT', [['-p tcp', '-p tcp'], ['-m comment --comment "tcp and -p tcp"', '-m comment --comment "tcp and -p tcp"']]],
])('every condition is found where it stands: %s', (text, expected) => {
  expect(found(text)).toEqual(expected)
})
