import { readFileSync } from 'node:fs'
import { describeDisagreement } from './describeDisagreement.ts'
import type { LabCase } from './labCase.ts'
import { Lab } from './lab.ts'
import { runCase } from './runCase.ts'

const labCase: LabCase = JSON.parse(readFileSync(process.argv[3] ?? '/dev/stdin', 'utf8'))
const lab = await Lab.create(`cwlab-${process.pid}-0`, labCase.mode)
const { attempts, refused } = await runCase(lab, labCase, 'all')
if (refused !== null) console.log(`refused: ${refused}`)
for (const attempt of attempts) console.log(describeDisagreement({ labCase, attempt }, 0))
lab.close()
process.exit()
