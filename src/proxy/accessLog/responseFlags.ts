/** What each of Envoy's response flags means (docs/root/configuration/observability/access_log/usage.rst). */
const MEANINGS: ReadonlyMap<string, string> = new Map([
  ['UH', 'no healthy host in the upstream cluster'],
  ['UF', 'the connection to the upstream failed'],
  ['UO', 'upstream overflow: circuit breaking'],
  ['NR', 'no route for the request, or no filter chain for the connection'],
  ['URX', 'the upstream retry limit, or the limit of connect attempts, was reached'],
  ['NC', 'the upstream cluster was not found'],
  ['DT', 'the connection or request lasted longer than allowed'],
  ['DC', 'the downstream ended the connection'],
  ['LH', 'the local service failed its health check'],
  ['UT', 'the upstream took too long to answer'],
  ['LR', 'the connection was reset locally'],
  ['UR', 'the upstream reset the connection'],
  ['UC', 'the upstream ended the connection'],
  ['DI', 'a delay was injected'],
  ['FI', 'a fault was injected'],
  ['RL', 'rate limited locally'],
  ['UAEX', 'the external authorization service denied it'],
  ['RLSE', 'the rate limit service failed'],
  ['RFCF', 'answered from a cache filter'],
  ['IH', 'a strictly checked header had an invalid value'],
  ['SI', 'the stream was idle too long'],
  ['DPE', 'the downstream made an HTTP protocol error'],
  ['UPE', 'the upstream made an HTTP protocol error'],
  ['UMSDR', 'the upstream request lasted longer than max stream duration'],
  ['NFCF', 'a filter\'s configuration did not arrive in time'],
  ['OM', 'the overload manager ended it'],
  ['DF', 'DNS resolution failed'],
  ['DO', 'dropped: drop_overload'],
  ['DR', 'the downstream reset the HTTP/2 stream'],
  ['UDO', 'dropped: drop_overload is 100 %'],
])

/** A flag, and what it means; null where Envoy's documentation has no such flag. */
export interface ResponseFlag {
  readonly flag: string
  readonly meaning: string | null
}

/** "UF,URX" -> the flags with their meanings. */
export const responseFlags = (text: string | null): readonly ResponseFlag[] =>
  (text ?? '').split(',').filter((flag) => flag !== '').map((flag) => ({ flag, meaning: MEANINGS.get(flag) ?? null }))
