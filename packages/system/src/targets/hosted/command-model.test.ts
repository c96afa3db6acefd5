import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { Tensor } from '@failmode/core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { rejectionOf } from '../../testing/arrays.ts'
import { type CommandSpec, commandDigest, openCommand } from './command-model.ts'
import type { RawModel } from './raw-model.ts'

let folder: string
let open: RawModel[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-command-'))
})
afterEach(async () => {
  for (const model of open) await model.close()
  open = []
})
afterAll(() => rm(folder, { recursive: true }))

/**
 * A program that answers each line with what `answer` makes of it: an expression over `line` (the request) and `n` (how
 * many requests it has had), whose value is written as JSON, or as it is when it is a string.
 */
const program = (answer: string, { hello = '{ failmode: 1 }', before = '' } = {}) => `
const { writeFileSync, readFileSync, existsSync } = require('node:fs')
const sum = (row) => row.reduce((a, b) => a + b, 0)
const scores = (line) => line.inputs.map((row) => [sum(row), 1 - sum(row)])
const say = (value) => {
  if (value !== undefined) process.stdout.write((typeof value === 'string' ? value : JSON.stringify(value)) + '\\n')
}
${before}
let n = 0
require('node:readline').createInterface({ input: process.stdin }).on('line', (text) => {
  const line = JSON.parse(text)
  if (line.failmode) say(${hello})
  else { n++; say(${answer}) }
})`

const good = '{ id: line.id, scores: scores(line) }'
let files = 0

async function start(
  code: string,
  { signal = new AbortController().signal, ...spec }: Partial<CommandSpec> & { signal?: AbortSignal } = {},
): Promise<RawModel> {
  const file = `program-${files++}.cjs`
  await writeFile(join(folder, file), code)
  const model = await openCommand(
    {
      command: [process.execPath, file],
      folder,
      env: [],
      timeoutSeconds: 5,
      restarts: 0,
      input: { dims: [2], layout: 'flat' },
      output: 'logits',
      labels: null,
      ...spec,
    },
    { signal },
  )
  open.push(model)
  return model
}

const batch: Tensor = { data: Float32Array.of(0.25, 0.5, 1, 2), dims: [2, 2] }
const right = [0.75, 0.25, 3, -2]

/** A process that has ended but whom nobody has asked how is not running. */
async function running(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return !/\) [ZX] /.test(status)
}

async function gone(pid: number): Promise<boolean> {
  for (let i = 0; i < 100 && (await running(pid)); i++) await wait(20)
  return !(await running(pid))
}

describe('a program', () => {
  it('is told what it will be asked, and answers with scores', async () => {
    const model = await start(
      program(good, { hello: "(writeFileSync('hello.json', text), { failmode: 1 })" }),
      { labels: ['a', 'b'] },
    )
    expect(await model.predict(batch)).toEqual(Float32Array.from(right))
    expect(await model.predict(batch)).toEqual(Float32Array.from(right))
    expect(JSON.parse(await readFile(join(folder, 'hello.json'), 'utf8'))).toEqual({
      failmode: 1,
      shape: [2],
      layout: 'flat',
      answer: 'scores',
      classes: ['a', 'b'],
    })
  })

  it('gets the exact numbers, as lists or as base64', async () => {
    const data = Float32Array.of(0.1, 1 / 3, 1e-40, -3.4e38)
    for (const [encoding, decode] of [
      ['json', 'line.inputs'],
      [
        'base64',
        "[0, 1].map((i) => [0, 1].map((j) => Buffer.from(line.inputs, 'base64').readFloatLE(8 * i + 4 * j)))",
      ],
    ]) {
      const model = await start(
        program(`{ id: line.id, scores: ${decode} }`, { hello: `{ failmode: 1, encoding: '${encoding}' }` }),
      )
      expect(await model.predict({ data, dims: [2, 2] })).toEqual(data)
    }
  })

  it('may answer with classes, and say how much it takes at once', async () => {
    const model = await start(
      program('{ id: line.id, labels: line.inputs.map((row) => Number(sum(row) > 1)) }', {
        hello: '{ failmode: 1, maxBatch: 3 }',
      }),
      { output: 'labels' },
    )
    expect(model.maxBatch).toBe(3)
    expect(await model.predict(batch)).toEqual(Float32Array.of(0, 1))
  })

  it('answers calls made together one after the other', async () => {
    const model = await start(program(good))
    const answers = await Promise.all(Array.from({ length: 20 }, () => model.predict(batch)))
    for (const answer of answers) expect(answer).toEqual(Float32Array.from(right))
  })

  it('sees of the environment what it needs and what is listed, and no more', async () => {
    process.env.FAILMODE_TEST_LISTED = 'yes'
    process.env.FAILMODE_TEST_SECRET = 'hidden'
    const code = program('{ id: line.id, error: Object.keys(process.env).sort().join() }')
    const model = await start(code, { env: ['FAILMODE_TEST_LISTED'] })
    const { message } = await rejectionOf(model.predict(batch))
    const seen = message.replace(/.*: |\.$/g, '').split(',')
    expect(seen).toContain('FAILMODE_TEST_LISTED')
    expect(seen).toContain('PATH')
    for (const name of seen) expect(['FAILMODE_TEST_LISTED', 'PATH', 'HOME', 'LANG']).toContain(name)
    const error = await rejectionOf(start(code, { env: ['FAILMODE_TEST_ABSENT'] }))
    expect(error).toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('FAILMODE_TEST_ABSENT'),
    })
  })
})

describe('a program that does not start', () => {
  it.each([
    ['because there is none', { command: ['no-such-program-here'] }, 'there is no such program'],
    ['because it is not executable', { command: ['./readme.txt'] }, 'it is not executable'],
  ])('%s is unreachable', async (_, spec, words) => {
    await writeFile(join(folder, 'readme.txt'), 'hello', { mode: 0o644 })
    const error = await rejectionOf(start('', spec))
    expect(error.code).toBe('target-unreachable')
    expect(error.message).toContain(words)
    expect(error.hint).toBeTruthy()
  })

  it.each([
    [
      'ends',
      "console.error('no weights.pt'); process.exit(3)",
      'ended with exit code 3 instead of greeting. Its last words on stderr: no weights.pt',
    ],
    [
      'prints a banner',
      program(good, { before: "console.log('Loading model v2')" }),
      'wrote "Loading model v2", which is no JSON object',
    ],
    [
      'speaks another version',
      program(good, { hello: '{ failmode: 2 }' }),
      'spoke version 2 of the lines, not 1',
    ],
    [
      'asks for what there is not',
      program(good, { hello: "{ failmode: 1, encoding: 'pickle' }" }),
      '"pickle"',
    ],
    ['takes no batch', program(good, { hello: '{ failmode: 1, maxBatch: 0 }' }), 'maxBatch'],
  ])('because it %s is unreachable', async (_, code, words) => {
    const error = await rejectionOf(start(code))
    expect(error.code).toBe('target-unreachable')
    expect(error.message).toContain(words)
  })

  it('because it says nothing is unreachable after the time that was given', async () => {
    const began = performance.now()
    const error = await rejectionOf(start('setInterval(() => {}, 1000)', { timeoutSeconds: 0.3 }))
    expect(error).toMatchObject({
      code: 'target-unreachable',
      message: expect.stringContaining('within 0.3 s'),
    })
    expect(performance.now() - began).toBeLessThan(3000)
  })
})

describe('a program that fails while it is asked', () => {
  it.each([
    [
      'ends',
      "(console.error('line 1\\nCUDA out of memory'), process.exit(7))",
      ['ended with exit code 7', 'line 1 / CUDA out of memory'],
    ],
    ['is killed', "process.kill(process.pid, 'SIGSEGV')", ['was ended by SIGSEGV']],
    ['prints something else', "'epoch 1/10'", ['wrote "epoch 1/10", which is no JSON object']],
    ['prints what Python calls JSON', `'{"id": 0, "scores": [[NaN, 1], [0, 1]]}'`, ['no JSON object']],
    [
      'answers something else',
      '{ id: line.id + 1, scores: scores(line) }',
      ['an answer with the id 1 when 0 was asked'],
    ],
    ['forgets the number', '{ scores: scores(line) }', ['an answer with the id undefined']],
    [
      'answers with too few rows',
      '{ id: line.id, scores: [[1, 2]] }',
      ['gave scores for 1 samples, expected 2'],
    ],
    [
      'answers with too many rows',
      '{ id: line.id, scores: [[1, 2], [1, 2], [1, 2]] }',
      ['for 3 samples, expected 2'],
    ],
    [
      'answers with rows of all lengths',
      '{ id: line.id, scores: [[1, 2], [1]] }',
      ['gave 1 scores for sample 1'],
    ],
    [
      'answers with words',
      "{ id: line.id, scores: [['a', 'b'], ['a', 'b']] }",
      ['gave "a" among its scores'],
    ],
    [
      'answers with nothing',
      '{ id: line.id, scores: [] }',
      ['gave scores for 0 samples, expected 2', 'gave 0 scores'],
    ],
    ['answers with classes', '{ id: line.id, labels: [0, 1] }', ['answered without "scores"']],
    ['says why', "{ id: line.id, error: 'wrong shape' }", ['could not answer: wrong shape']],
  ])('because it %s is said to have failed, and how', async (_, answer, words) => {
    const model = await start(program(answer))
    const error = await rejectionOf(model.predict(batch))
    expect(error.code).toBe('model-failed')
    expect(
      words.some((word) => error.message.includes(word)),
      error.message,
    ).toBe(true)
    expect(error.message).not.toContain('..')
  })

  it('because it hangs is ended after the time that was given', async () => {
    const model = await start(program("(writeFileSync('hung.pid', String(process.pid)), undefined)"), {
      timeoutSeconds: 0.5,
    })
    const error = await rejectionOf(model.predict(batch))
    expect(error).toMatchObject({
      code: 'model-failed',
      message: expect.stringContaining('did not answer within 0.5 s'),
    })
    expect(error.hint).toContain('flush')
    expect(await gone(await pidOf('hung.pid'))).toBe(true)
  })

  it('is told apart from one that answers late', async () => {
    const model = await start(program(`void setTimeout(() => say(${good}), 300)`))
    expect(await model.predict(batch)).toEqual(Float32Array.from(right))
  })

  it('may have said a line too many before', async () => {
    const model = await start(program(`(say(${good}), ${good})`))
    expect(await model.predict(batch)).toEqual(Float32Array.from(right))
    const error = await rejectionOf(model.predict(batch))
    expect(error.message).toContain('an answer with the id 0 when 1 was asked')
  })
})

const pidOf = async (file: string): Promise<number> => Number(await readFile(join(folder, file), 'utf8'))

describe('starting again', () => {
  /** Dies at its first request as often as the file says, counting down. */
  const dying = (file: string, times: number) =>
    program(good, {
      before: `const left = existsSync('${file}') ? Number(readFileSync('${file}', 'utf8')) : ${times}`,
    }).replace('n++;', `n++; if (left > 0) { writeFileSync('${file}', String(left - 1)); process.exit(9) };`)

  it('asks the same again, so that nothing is lost', async () => {
    const model = await start(dying('twice', 2), { restarts: 2 })
    expect(await model.predict(batch)).toEqual(Float32Array.from(right))
    expect(await model.predict(batch)).toEqual(Float32Array.from(right))
  })

  it('is given up after so many times, for good', async () => {
    const model = await start(dying('thrice', 3), { restarts: 2 })
    const error = await rejectionOf(model.predict(batch))
    expect(error.message).toContain(
      'ended with exit code 9 when it was asked, also after it was started again (2 times)',
    )
    // It would answer now, but nobody asks it again.
    expect((await rejectionOf(model.predict(batch))).message).toBe(error.message)
  })

  it('does not ask again what was answered wrongly, and starts afresh for the next', async () => {
    const code = program(`line.id === 0 ? 'junk' : ${good}`)
    const model = await start(code, { restarts: 1 })
    expect((await rejectionOf(model.predict(batch))).message).toContain('"junk"')
    expect(await model.predict(batch)).toEqual(Float32Array.from(right))
  })

  it('leaves a program that says why it cannot answer as it is', async () => {
    const model = await start(
      program(`n === 1 ? { id: line.id, error: 'busy' } : { id: line.id, scores: [[n, 0], [n, 0]] }`),
    )
    expect((await rejectionOf(model.predict(batch))).message).toContain('busy')
    expect(await model.predict(batch)).toEqual(Float32Array.of(2, 0, 2, 0))
  })
})

/** Starts a child that would live for long, deaf to the end of its stdin, and ignores polite signals itself. */
const parent = (name: string, end: string) =>
  program(good, {
    before: `
const { spawn } = require('node:child_process')
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
writeFileSync('${name}.pid', String(process.pid))
writeFileSync('${name}-child.pid', String(child.pid))
process.on('SIGTERM', () => {})
${end}`,
  })

describe('ending', () => {
  it.each([
    ['polite', "process.stdin.on('end', () => process.exit(0))"],
    ['deaf', 'setInterval(() => {}, 1000)'],
  ])('takes the children of a %s program along', async (name, end) => {
    const model = await start(parent(name, end))
    const [pid, child] = [await pidOf(`${name}.pid`), await pidOf(`${name}-child.pid`)]
    expect(await running(child)).toBe(true)
    await model.close()
    expect(await gone(pid)).toBe(true)
    expect(await gone(child)).toBe(true)
    expect((await rejectionOf(model.predict(batch))).code).toBe('interrupted')
  })

  it('on abort does not wait for an answer', async () => {
    const controller = new AbortController()
    const model = await start(parent('abort', '').replace('n++;', 'n++; return;'), {
      signal: controller.signal,
    })
    const asked = rejectionOf(model.predict(batch))
    await wait(100)
    controller.abort()
    expect((await asked).code).toBe('interrupted')
    expect(await gone(await pidOf('abort.pid'))).toBe(true)
    expect(await gone(await pidOf('abort-child.pid'))).toBe(true)
  })

  it('on abort does not wait for a greeting', async () => {
    const controller = new AbortController()
    const starting = rejectionOf(start('setInterval(() => {}, 1000)', { signal: controller.signal }))
    await wait(200)
    controller.abort()
    expect((await starting).code).toBe('interrupted')
  })
})

describe('a process that exits without closing anything', () => {
  it('takes its programs and their children along', async () => {
    await writeFile(
      join(folder, 'host.mjs'),
      `import { startProgram } from ${JSON.stringify(new URL('program.ts', import.meta.url).href)}
const program = startProgram([process.execPath, 'left.cjs'], { folder: process.cwd(), environment: {} })
await program.ask('{"failmode":1}', { timeoutMs: 5000 })
process.exit(0)`,
    )
    await writeFile(join(folder, 'left.cjs'), parent('left', 'setInterval(() => {}, 1000)'))
    const tsx = createRequire(import.meta.url).resolve('tsx')
    const args = ['--import', pathToFileURL(tsx).href, 'host.mjs']
    await promisify(execFile)(process.execPath, args, { cwd: folder })
    expect(await gone(await pidOf('left.pid'))).toBe(true)
    expect(await gone(await pidOf('left-child.pid'))).toBe(true)
  })
})

describe('the digest of a command', () => {
  it('changes with the words, with the files among them and with the version, and with nothing else', async () => {
    const of = (command: readonly string[], version?: string) => commandDigest({ command, folder, version })
    await writeFile(join(folder, 'a.py'), 'one')
    const first = await of(['python', 'a.py'])
    expect(await of(['python', 'a.py'])).toBe(first)
    expect(await of(['python', './a.py'])).not.toBe(first)
    expect(await of(['python', 'a.py'], '2')).not.toBe(first)
    await writeFile(join(folder, 'a.py'), 'two')
    expect(await of(['python', 'a.py'])).not.toBe(first)
  })
})
