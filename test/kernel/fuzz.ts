import { campaign } from './campaign.ts'
import { describeDisagreement } from './describeDisagreement.ts'
import { whyNot } from './requirements.ts'

/** The value behind a flag of the command line. */
function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`)
  const value = at < 0 ? otherwise : Number(process.argv[at + 1])
  if (!Number.isFinite(value)) throw new Error(`--${name} takes a number`)
  return value
}

const reason = whyNot()
if (reason !== null) {
  console.error(`the kernel laboratory cannot run here: ${reason}`)
  process.exit(2)
}
const [minutes, seed, labs, connections] = [option('minutes', 5), option('seed', Date.now() % 1_000_000), option('labs', 9), option('connections', 16)]
console.log(`seed ${seed}, ${minutes} minutes, ${labs} laboratories`)
let told = Date.now()
const coverage = await campaign({
  seed, seconds: minutes * 60, sets: Infinity, labs, connections,
  onDisagreement: (found, at) => { console.log(describeDisagreement(found, at)) },
  onFlaky: (found, at) => { if (process.argv.includes('--flaky')) console.log(`DID NOT COME AGAIN\n${describeDisagreement(found, at)}`) },
  onSet: (soFar) => {
    if (Date.now() - told < 30_000) return
    told = Date.now()
    console.log(soFar.summary())
  },
})
console.log(`${coverage.summary()}\n${coverage.details()}`)
process.exit(coverage.disagreements > 0 ? 1 : 0)
