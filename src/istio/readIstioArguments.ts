import { readDescribe } from './reading/describeForm.ts'
import { readJson } from './reading/jsonForm.ts'
import { isLog, readLog } from './reading/logForm.ts'
import type { ArgumentsRead } from './reading/readArguments.ts'
import { readShell } from './reading/shellForm.ts'
import { readYaml } from './reading/yamlForm.ts'

export type { ArgumentForm, ArgumentsRead, ReadArguments } from './reading/readArguments.ts'

/** Reads the arguments of istio-iptables in any form people have them; `file` names the text in diagnostics. */
export function readIstioArguments(text: string, file = 'arguments'): ArgumentsRead {
  if (/^\s*[[{]/.test(text) || isQuotedList(text)) return readJson(text, file)
  if (isLog(text)) return readLog(text)
  if (/^\s*Args:\s*$/m.test(text) && !/^\s*args:/m.test(text)) return readDescribe(text)
  if (isYaml(text)) return readYaml(text, file)
  return readShell(text, file)
}

/** The elements of the JSON array without its brackets: every one in quotes and followed by a comma. */
const isQuotedList = (text: string): boolean => /^\s*"[^"\n]*"\s*,/.test(text)

/** Lines of "- item" or "key:"; a command line has neither at the start of a line. */
const isYaml = (text: string): boolean => /^\s*- (?:['"-]|istio-iptables\b)/m.test(text) || /^\s*(?:apiVersion|kind|spec|initContainers|args|command):/m.test(text)
