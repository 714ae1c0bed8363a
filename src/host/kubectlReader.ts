import { parseAddress } from '../net/address.ts'
import type { SourceLine } from '../ruleset/sourceLine.ts'
import type { PodRow, ServicePort, ServiceRow } from './hostFacts.ts'
import type { SectionReader } from './sectionReader.ts'

const HEADER = /^(NAMESPACE\s+)?NAME\s.*(\sREADY\s+STATUS|\sCLUSTER-IP)(\s|$)/

/** Reads the tables of `kubectl get pod,svc -o wide`. */
export class KubectlReader implements SectionReader {
  readonly pods: PodRow[] = []
  readonly services: ServiceRow[] = []
  private columns: readonly string[] | null = null

  read({ text }: SourceLine): boolean {
    if (text.includes('NAME') && HEADER.test(text)) { this.columns = cells(text); return true }
    const row = this.columns && cells(text)
    if (!row || !this.columns || row.length < 3 || row.length > this.columns.length) { this.columns = null; return false }
    const cell = cellsByName(this.columns, row)
    if (!/^[a-z\d][a-z\d.-]*$/.test(nameOf(cell))) return false
    if (this.columns.includes('CLUSTER-IP')) this.services.push(serviceRow(cell))
    else this.pods.push(podRow(cell))
    return true
  }

  /** What follows is no table. */
  end(): void {
    this.columns = null
  }
}

type Cells = ReadonlyMap<string, string>

/** Cells stand at least two blanks apart; "1 (5m ago)" is one cell. */
const cells = (text: string): string[] => text.trim().split(/\s{2,}|\t/)

const cellsByName = (columns: readonly string[], row: readonly string[]): Cells => new Map(columns.map((column, i) => [column, row[i] ?? '']))

/** `kubectl get pod,svc` puts "pod/" before the name. */
const nameOf = (cell: Cells): string => (cell.get('NAME') ?? '').replace(/^[\w.]+\//, '')

const podRow = (cell: Cells): PodRow => ({ namespace: cell.get('NAMESPACE') ?? null, name: nameOf(cell), address: parseAddress(cell.get('IP') ?? ''), node: known(cell.get('NODE')) })

const serviceRow = (cell: Cells): ServiceRow => ({ namespace: cell.get('NAMESPACE') ?? null, name: nameOf(cell), clusterIp: parseAddress(cell.get('CLUSTER-IP') ?? ''), ports: servicePorts(cell.get('PORT(S)') ?? '') })

const known = (text: string | undefined): string | null => (text === undefined || text === '' || text === '<none>' ? null : text)

/** "80:31380/TCP,15021/TCP". */
function servicePorts(text: string): ServicePort[] {
  return text.split(',').flatMap((each): ServicePort[] => {
    const port = /^(\d{1,5})(?::(\d{1,5}))?\/(\w+)$/.exec(each)
    return port ? [{ port: Number(port[1]), nodePort: port[2] === undefined ? null : Number(port[2]), protocol: port[3] ?? '' }] : []
  })
}
