import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { readIstioArguments } from '../../src/istio/readIstioArguments.ts'

const argsOf = (text: string): readonly string[] | undefined => readIstioArguments(text).value?.args

const WANTED = ['-p', '15001', '-u', '1337', '-m', 'REDIRECT', '-i', '*', '-x', '', '-b', '*', '-d', '15090,15021,15020']

const YAML_LIST = WANTED.map((arg) => `- ${/^-/.test(arg) ? arg : JSON.stringify(arg)}`).join('\n')

const POD = {
  metadata: { name: 'web', annotations: { 'traffic.sidecar.istio.io/excludeInboundPorts': '8080', 'sidecar.istio.io/status': '{}' } },
  spec: {
    initContainers: [
      { name: 'other', args: ['-p', '1'] },
      { name: 'istio-init', image: 'istio/proxyv2:1.20.0', args: ['istio-iptables', ...WANTED], env: [{ name: 'ISTIO_META_DNS_CAPTURE', value: 'true' }, { name: 'POD', valueFrom: {} }] },
    ],
    containers: [{ name: 'web', args: ['--serve'] }],
  },
  status: { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] },
}

describe('a command line', () => {
  const lines: Readonly<Record<string, string>> = {
    'in single quotes': `istio-iptables -p 15001 -u 1337 -m REDIRECT -i '*' -x '' -b '*' -d 15090,15021,15020`,
    'in double quotes': `istio-iptables "-p" "15001" "-u" "1337" "-m" "REDIRECT" "-i" "*" "-x" "" "-b" "*" "-d" "15090,15021,15020"`,
    'with a backslash before the star': `istio-iptables -p 15001 -u 1337 -m REDIRECT -i \\* -x "" -b \\* -d 15090,15021,15020`,
    'over several lines': `istio-iptables -p 15001 -u 1337 \\\n  -m REDIRECT -i '*' \\\n  -x '' -b '*' -d 15090,15021,15020\n`,
    'without the tool': `-p 15001 -u 1337 -m REDIRECT -i '*' -x '' -b '*' -d 15090,15021,15020`,
    'without the tool, one flag a line': `-p 15001\n-u 1337\n-m REDIRECT\n-i '*'\n-x ''\n-b '*'\n-d 15090,15021,15020\n`,
    'by its path': `/usr/local/bin/istio-iptables -p 15001 -u 1337 -m REDIRECT -i '*' -x '' -b '*' -d 15090,15021,15020`,
    'through pilot-agent': `pilot-agent istio-iptables -p 15001 -u 1337 -m REDIRECT -i '*' -x '' -b '*' -d 15090,15021,15020`,
    'through kubectl': `$ kubectl exec -n ns web -c istio-proxy -- pilot-agent istio-iptables -p 15001 -u 1337 -m REDIRECT -i '*' -x '' -b '*' -d 15090,15021,15020 | tail -3`,
    'after another command': `cd /tmp && istio-iptables -p 15001 -u 1337 -m REDIRECT -i '*' -x '' -b '*' -d 15090,15021,15020; echo done`,
    'above its output': `# istio-iptables -p 15001 -u 1337 -m REDIRECT -i '*' -x '' -b '*' -d 15090,15021,15020\niptables -t nat -N ISTIO_REDIRECT\n`,
  }
  for (const [name, line] of Object.entries(lines)) {
    it(`is read ${name}`, () => {
      expect(readIstioArguments(line)).toMatchObject({ value: { args: WANTED, form: 'shell' }, diagnostics: [] })
    })
  }

  it('joins pieces that stand together into one word', () => {
    expect(argsOf(`istio-iptables -b'' --istio-service-cidr="10.0.0.0/8"',fd00::/8'`)).toEqual(['-b', '--istio-service-cidr=10.0.0.0/8,fd00::/8'])
  })

  it('takes variables before the command as its environment', () => {
    expect(readIstioArguments(`ISTIO_META_DNS_CAPTURE=true istio-iptables -p 15001`).value).toMatchObject({ args: ['-p', '15001'], env: { ISTIO_META_DNS_CAPTURE: 'true' } })
  })

  it('says where a quote is not closed', () => {
    expect(readIstioArguments(`istio-iptables -p 15001 \\\n -b '*`, 'args.txt')).toEqual({
      value: null,
      diagnostics: [{ code: 'arguments-syntax', severity: 'error', message: 'a quote is not closed', span: { file: 'args.txt', line: 2, column: 5, length: 2 } }],
    })
  })

  it('says that a variable was not replaced, unless it is in single quotes', () => {
    const { value, diagnostics } = readIstioArguments(`istio-iptables -u $UID -g '$GID'`)
    expect(value?.args).toEqual(['-u', '$UID', '-g', '$GID'])
    expect(diagnostics).toMatchObject([{ code: 'unexpanded-variable', severity: 'warning', span: { line: 1, column: 19 } }])
  })

  it('with no arguments in it is said to have none', () => {
    for (const text of ['', '   \n', 'hello world']) expect(readIstioArguments(text)).toMatchObject({ value: null, diagnostics: [{ code: 'no-arguments' }] })
    expect(argsOf('istio-iptables')).toEqual([])
  })
})

describe('JSON', () => {
  it('is read as an array, pretty or not, with or without the tool', () => {
    expect(argsOf(JSON.stringify(WANTED))).toEqual(WANTED)
    expect(argsOf(JSON.stringify(['istio-iptables', ...WANTED], null, 2))).toEqual(WANTED)
  })

  it('is read as elements without brackets, and with a comma too many', () => {
    expect(argsOf(WANTED.map((arg) => JSON.stringify(arg)).join(',\n'))).toEqual(WANTED)
    expect(argsOf(`[${WANTED.map((arg) => JSON.stringify(arg)).join(', ')},]`)).toEqual(WANTED)
  })

  it('is read in single quotes, as Python prints a list', () => {
    expect(argsOf(`[${WANTED.map((arg) => `'${arg}'`).join(', ')}]`)).toEqual(WANTED)
  })

  it('is read as an init container, alone or after others', () => {
    const [other, init] = POD.spec.initContainers
    expect(readIstioArguments(JSON.stringify(init)).value).toMatchObject({ args: WANTED, env: { ISTIO_META_DNS_CAPTURE: 'true' } })
    expect(argsOf(`${JSON.stringify(other)}\n${JSON.stringify(init)}`)).toEqual(WANTED)
    expect(argsOf(`${JSON.stringify(other)},\n${JSON.stringify(init)}`)).toEqual(WANTED)
  })

  it('is read as a pod, with its annotations and addresses', () => {
    expect(readIstioArguments(JSON.stringify(POD)).value).toEqual({
      args: WANTED, env: { ISTIO_META_DNS_CAPTURE: 'true' }, form: 'json', podIps: ['10.0.0.1', 'fd00::1'],
      annotations: { 'traffic.sidecar.istio.io/excludeInboundPorts': '8080', 'sidecar.istio.io/status': '{}' },
    })
  })

  it('that ends too early or goes wrong is pointed at', () => {
    expect(readIstioArguments('["-p", "15001"', 'a.json')).toMatchObject({ value: null, diagnostics: [{ code: 'arguments-syntax', span: { file: 'a.json', line: 1 } }] })
    expect(readIstioArguments('["-p" "15001"]')).toMatchObject({ value: null, diagnostics: [{ code: 'arguments-syntax', span: { line: 1, column: 7 } }] })
  })

  it('of a pod without the init container points to the annotations', () => {
    const { value, diagnostics } = readIstioArguments(JSON.stringify({ ...POD, spec: { containers: [] } }))
    expect(value).toBeNull()
    expect(diagnostics).toMatchObject([{ code: 'no-istio-init' }])
    expect(diagnostics[0]?.message).toContain('--cni')
  })

  it('of a CNI pod gives what its validation container was told, with a warning', () => {
    const validation = { name: 'istio-validation', args: ['istio-iptables', ...WANTED, '--run-validation', '--skip-rule-apply'] }
    expect(readIstioArguments(JSON.stringify(validation))).toMatchObject({ value: { args: WANTED }, diagnostics: [{ code: 'cni-validation-container', severity: 'warning' }] })
  })
})

describe('YAML', () => {
  it('is read as a list, numbers staying as they are written', () => {
    expect(readIstioArguments(YAML_LIST).value).toMatchObject({ args: WANTED, form: 'yaml' })
    expect(argsOf('args:\n- istio-iptables\n- -p\n- 15001\n- -b\n- ""\n')).toEqual(['-p', '15001', '-b', ''])
  })

  it('is read as a container, a pod or a deployment', () => {
    const container = `- name: istio-init\n  args:\n  - istio-iptables\n  - -p\n  - "15001"\n  env:\n  - name: ISTIO_META_DNS_CAPTURE\n    value: "true"\n`
    expect(readIstioArguments(container).value).toMatchObject({ args: ['-p', '15001'], env: { ISTIO_META_DNS_CAPTURE: 'true' } })
    const deployment = `kind: Service\n---\nkind: Deployment\nspec:\n  template:\n    metadata:\n      annotations:\n        a.istio.io/b: "1"\n    spec:\n      initContainers:\n${container.replace(/^/gm, '      ')}`
    expect(readIstioArguments(deployment).value).toMatchObject({ args: ['-p', '15001'], annotations: { 'a.istio.io/b': '1' } })
  })

  it('that is broken is pointed at', () => {
    expect(readIstioArguments('args:\n- "a\n- b: [\n')).toMatchObject({ value: null, diagnostics: [{ code: 'arguments-syntax', severity: 'error' }] })
  })
})

it('kubectl describe is read, an empty line being an empty argument', () => {
  const text = `Init Containers:\n  istio-init:\n    Image:  proxyv2\n    Args:\n      istio-iptables\n${WANTED.map((arg) => `      ${arg}`).join('\n')}\n    State:  Terminated\n    Environment:\n      ISTIO_META_DNS_CAPTURE:  true\n    Mounts: <none>\nContainers:\n  web:\n    Args:\n      --serve\n`
  expect(readIstioArguments(text).value).toEqual({ args: WANTED, env: { ISTIO_META_DNS_CAPTURE: 'true' }, form: 'describe' })
})

describe('the log of istio-init', () => {
  const log = `Environment:\n------------\nENVOY_PORT=\nISTIO_INBOUND_PORTS=\n\nVariables:\n----------\nPROXY_PORT=15001\nPROXY_INBOUND_CAPTURE_PORT=15006\nPROXY_UID=1337\nINBOUND_INTERCEPTION_MODE=REDIRECT\nINBOUND_PORTS_INCLUDE=*\nINBOUND_PORTS_EXCLUDE=15090,15020\nOUTBOUND_IP_RANGES_INCLUDE=*\nOUTBOUND_IP_RANGES_EXCLUDE=\nOUTBOUND_PORTS_EXCLUDE=\nKUBEVIRT_INTERFACES=\nENABLE_INBOUND_IPV6=false\n\nWriting following contents to rules file:  /tmp/x\n* nat\n-N ISTIO_REDIRECT\nCOMMIT\niptables-restore --noflush /tmp/x\n`

  it('gives the settings as arguments, and the rules it restored', () => {
    expect(readIstioArguments(log).value).toEqual({
      args: ['-p', '15001', '-z', '15006', '-u', '1337', '-m', 'REDIRECT', '-b', '*', '-d', '15090,15020', '-i', '*', '-x', '', '-o', ''],
      env: {}, form: 'log', restoreText: '* nat\n-N ISTIO_REDIRECT\nCOMMIT',
    })
  })

  it('with a swallowed argument shows it: INBOUND_PORTS_INCLUDE empty', () => {
    const swallowed = log.replace('INBOUND_PORTS_INCLUDE=*', 'INBOUND_PORTS_INCLUDE=').replace('RANGES_EXCLUDE=', 'RANGES_EXCLUDE=-b')
    expect(argsOf(swallowed)).toEqual(expect.arrayContaining(['-b', '', '-x', '-b']))
  })

  it('of later versions tells DNS servers, owner groups and IPv6', () => {
    const later = `2024-01-01T00:00:00Z\tinfo\tIstio iptables variables:\nPROXY_PORT=15001\nPROXY_INBOUND_CAPTURE_PORT=15006\nOUTBOUND_OWNER_GROUPS_INCLUDE=*\nENABLE_INBOUND_IPV6=true\nDNS_CAPTURE=true\nDROP_INVALID=false\nDNS_SERVERS=[10.96.0.10],[fd00::a]\n`
    expect(readIstioArguments(later).value).toEqual({
      args: ['-p', '15001', '-z', '15006', '--redirect-dns'], env: { ISTIO_OUTBOUND_OWNER_GROUPS: '*' }, form: 'log', nameservers: ['10.96.0.10', 'fd00::a'], podIps: ['::2'],
    })
  })
})

it('text made to exhaust the reader is refused or read, in time', () => {
  const traps = ['['.repeat(100_000) + ']'.repeat(100_000), '{"a":'.repeat(50_000), ' '.repeat(5_000_000), '"a",'.repeat(300_000), 'args: &a [*a, *a]\n', '* nat\nPROXY_INBOUND_CAPTURE_PORT=1\n'.repeat(20_000), 'Args:\n'.repeat(20_000),
    ['a: &a [x,x,x]', ...['b', 'c', 'd', 'e', 'f'].map((name, i) => `${name}: &${name} [${`*${'abcde'.charAt(i)},`.repeat(9)}]`), 'args: []'].join('\n')]
  for (const trap of traps) {
    const started = performance.now()
    expect(readIstioArguments(trap).diagnostics).toBeInstanceOf(Array)
    expect(performance.now() - started).toBeLessThan(2000)
  }
})

it('any text at all is answered, not thrown at', () => {
  fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.array(fc.constantFrom('[', '{', '"', "'", '- ', 'args:', '\n', 'istio-iptables', '-p', ',', ':', '\\', '*', '&', '*a')).map((parts) => parts.join(''))), (text) => {
    expect(readIstioArguments(text).diagnostics).toBeInstanceOf(Array)
  }), { numRuns: 300 })
})

it('what was quoted for a shell comes back as it was', () => {
  fc.assert(fc.property(fc.array(fc.string({ maxLength: 12 }).filter((arg) => !arg.includes("'"))), (args) => {
    const line = `istio-iptables ${args.map((arg) => `'${arg}'`).join(' ')}`
    if (!/PROXY_INBOUND_CAPTURE_PORT|^\s*(args|command|spec|apiVersion|initContainers):/m.test(line)) expect(argsOf(line)).toEqual(args)
  }), { numRuns: 200 })
})
