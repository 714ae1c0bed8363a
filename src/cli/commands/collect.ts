import { collectScript } from '../../host/collectScript.ts'

/** `chainwalk collect`: a script that gathers, as a transcript, all a pod or node can tell. */
export function collect(): void {
  process.stdout.write(collectScript())
}
