import { kindsOf } from '../../analysis/kinds.ts'
import { mapRegions } from '../../analysis/mapRegions.ts'
import { mapText } from '../../render/mapText.ts'
import { mapJson } from '../../render/regionJson.ts'
import { podAddress } from '../given.ts'
import { report } from '../report.ts'
import { ruleSource } from '../ruleSource.ts'
import { walkerOf } from '../../analysis/walkerOf.ts'

export interface MapOptions {
  readonly podIp?: readonly string[]
  readonly istio?: string
  readonly state?: string
  readonly json?: boolean
}

/** `chainwalk map DUMP`: what becomes of every connection, region by region. */
export async function map(file: string, { podIp = [], istio, state, json }: MapOptions): Promise<void> {
  const source = await ruleSource(file, { podAddresses: podIp.map(podAddress), ...(istio !== undefined && { istio }), ...(state !== undefined && { state }) })
  const walker = walkerOf(source.question)
  const mapped = mapRegions(kindsOf(source.question.state.rulesets), walker)
  report(source.diagnostics)
  process.stdout.write(json === true ? `${JSON.stringify(mapJson(mapped, walker.assumptions()))}\n` : mapText(mapped, walker.assumptions()))
}
