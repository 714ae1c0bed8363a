// Reads one file, as every command does first: node test/bench/read.js FILE
import { readFileSync } from 'node:fs'
import { readTranscript } from '../../dist/index.js'

const file = process.argv[2] ?? ''
const { value } = readTranscript([{ name: file, text: readFileSync(file, 'utf8') }])
if (value.states.length !== 1) throw new Error('not one state of the rules')
