import { spawn, spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lessonAnswer } from '../../src/lessons/lessonAnswer.ts'
import type { Lesson } from '../../src/lessons/lesson.ts'
import { lessons } from '../../src/lessons/lessons.ts'
import { answerLine } from '../../src/render/answerLine.ts'
import { lessonCommand } from '../../src/render/lessonCommand.ts'
import { chainwalk } from './chainwalk.ts'

const ROOT = resolve(import.meta.dirname, '../..')

const lesson: Lesson = lessons.find(({ id }) => id === 'source-address') ?? expect.fail('no lesson')
const right = lesson.steps.map((step) => lessonAnswer(lesson, step).right + 1)

describe('chainwalk teach', () => {
  it('lists the lessons', () => {
    const { status, stdout } = chainwalk(['teach', '--lang', 'en'])
    expect(status).toBe(0)
    for (const [i, { id, title }] of lessons.entries()) expect(stdout).toMatch(new RegExp(`^ ?${i + 1} +${id} +${title.en}$`, 'm'))
  })

  it('says that right answers are right, and counts them', () => {
    const { status, stdout } = chainwalk(['teach', 'source-address', '--lang', 'en'], `${right.join('\n')}\n`)
    expect([status, stdout.match(/^Right: /gm)?.length]).toEqual([0, right.length])
    expect(stdout).toContain('4 of 4 right\nnext: chainwalk teach uid-1337\n')
    expect(stdout).toContain('15006 Envoy inbound · original destination 10.20.0.77:8080 · app sees 127.0.0.6 · reply returns\n')
  })

  it('says what is right where an answer is wrong, and why one might think so', () => {
    const { stdout } = chainwalk(['teach', '3', '--lang', 'en'], '2\n3\n3\n1\n')
    expect(stdout).toContain('> 2\nNo, it is 4) 127.0.0.6\nAbout 2) 10.20.0.78: REDIRECT does keep the source, but the connection the app gets is not the client\'s.\n')
    expect(stdout).toContain('3 of 4 right\n')
  })

  it('asks again where a line is no choice, and takes an empty one for none', () => {
    const { stdout } = chainwalk(['teach', '3', '--lang', 'en'], '9\nyes\n\u001b[2J\n\n')
    expect(stdout).toContain('> 9\nanswer with the number of a choice (1-4)\n> yes\nanswer with the number of a choice (1-4)\n> \\u001b[2J\n')
    expect(stdout).toContain('> \nIt is 4) 127.0.0.6\n')
    expect(stdout).not.toContain('\u001b')
  })

  it('reveals all where the input has ended, or was never there', () => {
    const ended = chainwalk(['teach', '3', '--lang', 'en'])
    expect([ended.status, ended.stdout.match(/^It is /gm)?.length]).toEqual([0, 4])
    const closed = spawnSync('sh', ['-c', 'exec node dist/cli.js teach 3 --lang en <&-'], { cwd: ROOT, encoding: 'utf8' })
    expect([closed.status, closed.stdout]).toEqual([0, ended.stdout])
  })

  it('ends when all is answered, though the input stays open', async () => {
    const child = spawn(process.execPath, ['dist/cli.js', 'teach', '3', '--lang', 'en'], { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] })
    let stdout = ''
    child.stdout.on('data', (data: Buffer) => { stdout += data.toString() })
    child.stdin.write(`${right.join('\n')}\n`)
    const status = await new Promise((ended) => child.on('close', ended))
    expect([status, stdout.includes('4 of 4 right')]).toEqual([0, true])
  })

  it('prints a whole lesson without asking', () => {
    const { status, stdout } = chainwalk(['teach', '3', '--lang', 'en', '--reveal'], '1\n')
    expect([status, stdout.match(/^It is /gm)?.length, stdout.includes('> '), stdout.includes(' right')]).toEqual([0, 4, true, false])
    expect(stdout).not.toMatch(/^> /m)
  })

  it('speaks Chinese where it is asked to, or where the locale does', () => {
    const { stdout } = chainwalk(['teach', '3', '--lang', 'zh'], `${right.join('\n')}\n`)
    expect(stdout).toContain('为什么应用看到的源地址是 127.0.0.6\n')
    expect(stdout).toContain('对：4) 127.0.0.6\n')
    expect(stdout).toContain('共 4 题，答对 4 题\n')
    const listed = (LANG: string): string => spawnSync(process.execPath, ['dist/cli.js', 'teach'], { cwd: ROOT, encoding: 'utf8', env: { ...process.env, LC_ALL: '', LC_MESSAGES: '', LANG } }).stdout
    expect([listed('zh_CN.UTF-8').includes('一步一步看 TPROXY'), listed('C.UTF-8').includes('TPROXY step by step')]).toEqual([true, true])
  })

  it.each([['tprox', /did you mean tproxy\?/], ['redirect', /did you mean redirect-inbound\?/], ['0', /the lessons are redirect-inbound, /], ['11', /the lessons are /]])('refuses a lesson there is not: %s', (name, told) => {
    const { status, stdout, stderr } = chainwalk(['teach', name])
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(told)
  })

  it('refuses another language', () => {
    expect(chainwalk(['teach', '--lang', 'de'])).toMatchObject({ status: 2, stdout: '', stderr: 'chainwalk: --lang takes en or zh, not "de"\n' })
  })

  it.each(lessons.flatMap((each) => each.steps.slice(-1).map((step) => ({ id: each.id, answer: lessonAnswer(each, step), command: lessonCommand(each, step, lessonAnswer(each, step)) }))).filter(({ command }) => command !== null))('$id: the command it names traces the same', ({ command, answer }) => {
    const { stdout } = spawnSync('sh', ['-c', (command ?? '').replaceAll('chainwalk ', 'node dist/cli.js ')], { cwd: ROOT, encoding: 'utf8' })
    expect(stdout.split('\n')[0]).toBe(answerLine(answer.trace, answer.traced))
  })
})
