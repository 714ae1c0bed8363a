import type { MatchExtension } from '../extension.ts'
import { printPeriod, readPeriod, takeToken } from '../tokenBucket.ts'
import type { Rate } from '../tokenBucket.ts'

/** libxt_limit.c limit_init: 3/hour, burst 5. */
const DEFAULT: Rate = { period: 12_000_000, burst: 5 }

/** xt_limit.c limit_mt: so many matches per time; a bucket of its own for each rule. */
export const limit: MatchExtension<Rate> = {
  name: 'limit',
  stateful: true,
  options: { '--limit': 1, '--limit-burst': 1 },
  parse(options) {
    const average = options.take('--limit')
    const period = average ? readPeriod(options.word(average)) : DEFAULT.period
    if (average && period === null) options.refuse(average.args[0] ?? average.flag, '--limit takes a rate such as 5/min, at most 10000/sec')
    const burst = options.take('--limit-burst')
    return { period: period ?? DEFAULT.period, burst: burst ? options.number(burst, 10_000) : DEFAULT.burst }
  },
  print: ({ period, burst }) => `--limit ${printPeriod(period)}${burst === DEFAULT.burst ? '' : ` --limit-burst ${burst}`}`,
  parseListing(cursor) {
    const found = cursor.peek() === 'limit:' ? cursor.take(/limit: +avg +(\S+) +burst +(\d+)/) : null
    const period = readPeriod(found?.[1] ?? '')
    return period === null ? null : { period, burst: Number(found?.[2]) }
  },
  printListing: ({ period, burst }) => `limit: avg ${printPeriod(period)} burst ${burst}`,
  compile(rate, site) {
    const key = `${site}:limit:${rate.period}/${rate.burst}`
    return (_, context) => takeToken(context, key, rate)
  },
  seen: (_, context) => (context.now === null ? 'no clock' : 'the time it is'),
}
