import { Command, CommanderError } from 'commander'
import { printable } from '../render/printable.ts'
import { faultText } from './fault.ts'
import { UsageError } from './usageError.ts'
import { VERSION } from './version.ts'

const repeated = (value: string, all: readonly string[] = []): string[] => [...all, value]

/** What the command that ran answered. */
let exitCode = 0

function program(): Command {
  const chainwalk = new Command('chainwalk')
    .description('Walks a connection through a set of iptables rules and says what the Linux kernel would do with it.')
    .version(VERSION)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ writeErr: () => undefined })
  addTrace(chainwalk)
  addRules(chainwalk)
  addConvert(chainwalk)
  addGraph(chainwalk)
  addDiff(chainwalk)
  addMap(chainwalk)
  addLint(chainwalk)
  addCheck(chainwalk)
  addExplainLog(chainwalk)
  addCollect(chainwalk)
  addTeach(chainwalk)
  addWeb(chainwalk)
  return chainwalk
}

function subcommand(chainwalk: Command, name: string): Command {
  return chainwalk.command(name).exitOverride().version(VERSION).configureOutput({ writeErr: () => undefined }).showSuggestionAfterError()
}

/** What describes a connection, and the pod it is asked of. */
function withConnection(command: Command): Command {
  return command
    .option('--from <addr[:port]>', 'who dials')
    .option('--to <addr:port>', 'where to')
    .option('--proto <name>', 'tcp, udp or icmp', 'tcp')
    .option('--uid <n>', 'made inside the namespace, by this user')
    .option('--gid <n>', 'and this group (the same number as the user without it)')
    .option('--local', 'made inside the namespace (uid 0 without --uid)')
    .option('--in <iface>', 'the interface it comes in by')
    .option('--mark <n>', 'SO_MARK of the dialling socket')
    .option('--pod-ip <addr>', 'an address of the pod itself; may be repeated', repeated)
    .option('--istio <version>', 'the Istio version of the proxy: 1.11, 1.11.3, latest')
    .option('--flags <list>', 'a TCP packet out of the blue with these flags: RST, SYN,ACK, ACK')
    .option('--ctstate <state>', 'what conntrack knows of it beforehand: NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED')
    .option('--length <n>', 'bytes of its first packet from the IP header on, where rules ask')
    .option('--at <time>', 'when it is made, as 2026-11-21T09:30:00Z, where rules ask')
}

function addTrace(chainwalk: Command): void {
  withConnection(subcommand(chainwalk, 'trace'))
    .description('one connection (or many) through the rules')
    .argument('[dump...]', 'dumps or terminal transcripts; - is standard input')
    .option('--against <file>', 'a recorded kernel trace to hold the prediction against; exit 1 where they part')
    .option('--state <n>', 'which state of the rules, when the input shows several')
    .option('--assume <code=value>', 'replaces an assumption; may be repeated', repeated)
    .option('--connections <file>', 'many connections: one JSON object a line; prints one result a line, in order; - is standard input')
    .option('--batch <dumps>', 'many dumps: a folder of them, or a file with one JSON object a line (name, text); prints one result a line, in order')
    .option('--jobs <n>', 'worker threads for --connections and --batch')
    .option('--strict', 'exit 2 where a line of --connections or --batch tells an error in place of a result')
    .option('--format <name>', 'text, minimal, full, json or xtables; svg, mermaid or dot: the chain graph with the trace over it', 'text')
    .option('--json', 'the same as --format json')
    .option('--redact', 'other addresses, names and comments in place of yours; what stands for what goes to standard error')
    .action(async (files: string[], options) => { exitCode = await (await import('./commands/trace.ts')).trace(files, options) })
}

function addDiff(chainwalk: Command): void {
  subcommand(chainwalk, 'diff')
    .description('which connections fare differently under two rule sets, exactly')
    .argument('<rules...>', 'OLD and NEW: dumps, transcripts, istio:VERSION or istio:VERSION:ARGSFILE; or OLD and --edit')
    .option('--edit <command>', 'an iptables command that changes OLD: "-t nat -D ISTIO_OUTPUT 3"; may be repeated', repeated)
    .option('--pod-ip <addr>', 'an address of the pod itself; may be repeated', repeated)
    .option('--istio <version>', 'the Istio version of the proxy of both')
    .option('--json', 'the result as JSON')
    .action(async (files: string[], options) => { exitCode = await (await import('./commands/diff.ts')).diff(files, options) })
}

function addMap(chainwalk: Command): void {
  subcommand(chainwalk, 'map')
    .description('every region of connections and what becomes of it')
    .argument('<rules>', 'a dump, a transcript, istio:VERSION or istio:VERSION:ARGSFILE')
    .option('--pod-ip <addr>', 'an address of the pod itself; may be repeated', repeated)
    .option('--istio <version>', 'the Istio version of the proxy')
    .option('--state <n>', 'which state of the rules, when the input shows several')
    .option('--json', 'the result as JSON')
    .action(async (file: string, options) => { await (await import('./commands/map.ts')).map(file, options) })
}

function addLint(chainwalk: Command): void {
  subcommand(chainwalk, 'lint')
    .description('what is wrong or suspicious in a rule set')
    .argument('<rules>', 'a dump, a transcript, istio:VERSION or istio:VERSION:ARGSFILE')
    .option('--pod-ip <addr>', 'an address of the pod itself; may be repeated', repeated)
    .option('--istio <version>', 'the Istio version of the proxy')
    .option('--state <n>', 'which state of the rules, when the input shows several')
    .option('--json', 'the result as JSON')
    .action(async (file: string, options) => { exitCode = await (await import('./commands/lint.ts')).lint(file, options) })
}

function addCheck(chainwalk: Command): void {
  subcommand(chainwalk, 'check')
    .description('assertions from a YAML file: for CI')
    .argument('<spec>', 'the assertions: docs/check.md')
    .argument('<rules...>', 'dumps, transcripts, istio:VERSION or istio:VERSION:ARGSFILE')
    .option('--pod-ip <addr>', 'an address of the pod itself; may be repeated', repeated)
    .option('--istio <version>', 'the Istio version of the proxy')
    .option('--format <name>', 'text, json, junit or sarif', 'text')
    .option('--json', 'the same as --format json')
    .action(async (spec: string, files: string[], options) => { exitCode = await (await import('./commands/check.ts')).check(spec, files, options) })
}

function addRules(chainwalk: Command): void {
  subcommand(chainwalk, 'rules')
    .description('istio-iptables arguments -> rules')
    .argument('[arguments...]', 'what istio-iptables is given, behind --')
    .option('--istio <version>', 'the Istio version', 'latest')
    .option('--family <4|6>', 'the address family', '4')
    .option('--nameserver <addr>', 'stands for /etc/resolv.conf; may be repeated', repeated)
    .option('--env <name=value>', 'the container\'s environment; may be repeated', repeated)
    .option('--pod-ip <addr>', 'the pod\'s addresses: the first decides whether IPv6 is handled; may be repeated', repeated)
    .option('--group <name=gid>', 'a group\'s number; may be repeated', repeated)
    .option('--annotation <key=value>', 'a pod annotation, in place of arguments; may be repeated', repeated)
    .option('--ambient', 'the rules of an ambient pod')
    .option('--cni', 'as the CNI plugin makes them, not the init container')
    .option('--file <file>', 'reads the arguments from a file: a shell line, a JSON array, a YAML list, a pod; - is standard input')
    .option('--format <name>', 'save, listing or json', 'save')
    .action(async (args: string[], options) => { (await import('./commands/rules.ts')).rules(args, options) })
}

function addConvert(chainwalk: Command): void {
  subcommand(chainwalk, 'convert')
    .description('between save, listing and JSON forms')
    .argument('<dump...>', 'dumps, terminal transcripts or chainwalk\'s own JSON; - is standard input')
    .requiredOption('--to <form>', 'save, listing (iptables -L -v), listing-n (iptables -nvL) or json')
    .option('--backend <name>', 'whose listing: legacy or nft', 'nft')
    .option('--redact', 'other addresses, names and comments in place of yours; what stands for what goes to standard error')
    .option('--state <n>', 'which state of the rules, when the input shows several')
    .action(async (files: string[], options) => { await (await import('./commands/convert.ts')).convert(files, options) })
}

function addGraph(chainwalk: Command): void {
  withConnection(subcommand(chainwalk, 'graph'))
    .description('the chain graph, drawn; of a connection, if one is given, with its trace laid over it')
    .argument('<dump...>', 'dumps or terminal transcripts, or istio:VERSION or istio:VERSION:ARGSFILE; - is standard input')
    .option('--counters', 'the warmer a rule, the more packets the dump has counted at it (svg and dot)')
    .option('--state <n>', 'which state of the rules, when the input shows several')
    .option('--format <name>', 'svg, mermaid or dot', 'mermaid')
    .action(async (files: string[], options) => { await (await import('./commands/graph.ts')).graph(files, options) })
}

function addExplainLog(chainwalk: Command): void {
  subcommand(chainwalk, 'explain-log')
    .description('how each line of an Envoy access log came about: which path it took, and who saw which address')
    .argument('<file...>', 'access logs in Istio\'s text or JSON format, with whatever stands round them; - is standard input')
    .option('--rules <dump...>', 'the pod\'s rules, to hold each line against; exit 1 where one contradicts them')
    .option('--state <n>', 'which state of the rules, when they show several')
    .option('--istio <version>', 'the Istio version of the proxy: 1.11, 1.11.3, latest')
    .option('--pod-ip <addr>', 'an address of the pod whose log it is; may be repeated', repeated)
    .option('--json', 'one JSON object for the whole input')
    .action(async (files: string[], options) => { exitCode = await (await import('./commands/explainLog.ts')).explainLog(files, options) })
}

function addCollect(chainwalk: Command): void {
  subcommand(chainwalk, 'collect')
    .description('prints a POSIX shell script that gathers everything a pod can tell, as a transcript')
    .action(async () => { (await import('./commands/collect.ts')).collect() })
}

function addWeb(chainwalk: Command): void {
  subcommand(chainwalk, 'web')
    .description('serves the page on this machine alone, until it is interrupted')
    .option('--port <n>', 'the port; without it any free one')
    .option('--file', 'prints where the page\'s file is, which opens without a server')
    .action(async (options) => { await (await import('./commands/web.ts')).web(options) })
}

function addTeach(chainwalk: Command): void {
  subcommand(chainwalk, 'teach')
    .description('lessons: predict what becomes of a connection, then see it')
    .argument('[lesson]', 'its number or name; without one: the lessons there are')
    .option('--lang <en|zh>', 'the language (from the locale without it)')
    .option('--reveal', 'asks nothing and prints all')
    .action(async (lesson: string | undefined, options) => { await (await import('./commands/teach.ts')).teach(lesson, options) })
}

/** Runs the command line; the result is the exit code: 0 answered, 1 the answer is no, 2 wrong usage or unusable input. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof UsageError) return complain(error.message)
    if (!(error instanceof CommanderError)) return complain(faultText(error))
    if (error.exitCode === 0) return 0
    return complain(error.code === 'commander.help' ? 'say what to do: chainwalk --help lists the commands' : error.message.replace(/^error: /, '').replace('\n', ' '))
  }
}

function complain(message: string): 2 {
  process.stderr.write(`chainwalk: ${message.split('\n').map(printable).join('\n')}\n`)
  return 2
}
