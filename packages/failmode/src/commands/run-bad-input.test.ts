// Whatever is wrong with what a run is given: one error that says it, exit status 2, nothing on stdout, and nothing
// written.
import { existsSync } from 'node:fs'
import { readFile, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorLines, failmode } from '../testing/command-line.ts'
import { npy, type SystemFolder, side, tinyConfig, tinyData, tinySystem } from '../testing/system-folder.ts'

interface Case {
  /** Completes "refuses ...". */
  readonly name: string
  readonly code: string
  /** What the message has to say. */
  readonly words: RegExp
  /** Breaks the system; what it gives back are further arguments. */
  readonly damage?: (system: SystemFolder) => Promise<readonly string[] | undefined>
}

const { model, data, probes } = tinyConfig
const config = (change: object) => async (system: SystemFolder) => {
  await system.write('failmode.config.json', { ...tinyConfig, ...change })
  return undefined
}
const file = (name: string, content: string | Uint8Array) => async (system: SystemFolder) => {
  await system.write(name, content)
  return undefined
}
const named = (name: string, content: string) => async (system: SystemFolder) => [
  '--config',
  await system.write(name, content),
]
const args =
  (...given: readonly string[]) =>
  async () =>
    given
const cut = (name: string, bytes: number) => async (system: SystemFolder) => {
  await truncate(join(system.path, name), bytes)
  return undefined
}
const gone = (name: string) => async (system: SystemFolder) => {
  await rm(join(system.path, name))
  return undefined
}
const inputs = (change: (x: Float32Array) => void) => {
  const { x } = tinyData(60)
  change(x)
  return file('x.npy', npy(x, [60, 1, side, side]))
}
const labels = (change: (y: BigInt64Array) => void) => {
  const { y } = tinyData(60)
  change(y)
  return file('y.npy', npy(y, [60]))
}

const cases: readonly Case[] = [
  {
    name: 'a model that is not there',
    code: 'model-invalid',
    words: /model\.onnx.*no such file/,
    damage: gone('model.onnx'),
  },
  { name: 'an empty model', code: 'model-invalid', words: /empty/, damage: file('model.onnx', '') },
  {
    name: 'a model that is text',
    code: 'model-invalid',
    words: /not an? ONNX/i,
    damage: file('model.onnx', 'weights: none\n'),
  },
  {
    name: 'a truncated model',
    code: 'model-invalid',
    words: /truncated|ends|cut/i,
    damage: cut('model.onnx', 300),
  },
  {
    name: 'a model that is a folder',
    code: 'model-invalid',
    words: /folder/,
    damage: config({ model: { ...model, onnx: '.' }, artifacts: undefined }),
  },
  {
    name: "a shape that is not the model's",
    code: 'model-mismatch',
    words: /\[1, 9, 9\].*\[1, 8, 8\]/,
    damage: config({ model: { ...model, input: { layout: 'NCHW', shape: [1, 9, 9] } } }),
  },
  {
    name: 'names of too many classes',
    code: 'model-mismatch',
    words: /names 3 classes.*answers with 2/,
    damage: config({ labels: ['dark', 'bright', 'grey'] }),
  },
  {
    name: 'samples of another shape than the model takes',
    code: 'data-mismatch',
    words: /\[.*9, 9\].*\[1, 8, 8\]/,
    damage: file('x.npy', npy(new Float32Array(60 * 81), [60, 1, 9, 9])),
  },
  {
    name: 'a label above the classes',
    code: 'labels-invalid',
    words: /label 2 in row 3/,
    damage: labels((y) => y.fill(2n, 3, 4)),
  },
  {
    name: 'a label below the classes',
    code: 'labels-invalid',
    words: /label -1 in row 0/,
    damage: labels((y) => y.fill(-1n, 0, 1)),
  },
  {
    name: 'fewer labels than samples',
    code: 'data-mismatch',
    words: /59.*60|60.*59/,
    damage: file('y.npy', npy(tinyData(59).y, [59])),
  },
  {
    name: 'NaN among the samples',
    code: 'data-invalid',
    words: /NaN at \[1, 0, 0, 2\]/,
    damage: inputs((x) => x.fill(Number.NaN, 66, 67)),
  },
  {
    name: 'numbers outside unit space',
    code: 'data-mismatch',
    words: /255.*\[0, 1\]/,
    damage: inputs((x) => x.fill(255, 0, 64)),
  },
  {
    name: 'data without samples',
    code: 'data-empty',
    words: /no samples/,
    damage: file('x.npy', npy(new Float32Array(0), [0, 1, side, side])),
  },
  {
    name: 'a truncated array',
    code: 'data-invalid',
    words: /x\.npy holds 1000 bytes/,
    damage: cut('x.npy', 1128),
  },
  {
    name: 'an array cut inside its header',
    code: 'data-invalid',
    words: /truncated/,
    damage: cut('x.npy', 40),
  },
  {
    name: 'an array that is text',
    code: 'data-invalid',
    words: /not a \.npy file/,
    damage: file('x.npy', '0.1, 0.2, 0.3, 0.4\n'),
  },
  { name: 'data that are not there', code: 'file-not-found', words: /y\.npy/, damage: gone('y.npy') },
  {
    name: 'an artifact that is not there',
    code: 'file-not-found',
    words: /gone\.bin/,
    damage: config({ artifacts: ['gone.bin'] }),
  },
  {
    name: 'an unknown key',
    code: 'config-invalid',
    words: /unknown key "seeds"[\s\S]*"seed"/,
    damage: config({ seeds: 1 }),
  },
  {
    name: 'an unknown key inside',
    code: 'config-invalid',
    words: /model\.input\.meen[\s\S]*"mean"/,
    damage: config({ model: { ...model, input: { ...model.input, meen: [0] } } }),
  },
  {
    name: 'an unknown probe',
    code: 'probe-unknown',
    words: /perturbations[\s\S]*"perturbation"/,
    damage: config({ probes: { perturbations: probes.perturbation } }),
  },
  {
    name: 'an unknown option of a probe',
    code: 'config-invalid',
    words: /probes\.perturbation\.epsilon/,
    damage: config({ probes: { perturbation: { epsilon: 0.1 } } }),
  },
  {
    name: 'an option out of its range',
    code: 'config-invalid',
    words: /probes\.perturbation\.eps" is -1/,
    damage: config({ probes: { perturbation: { eps: -1 } } }),
  },
  {
    name: 'an unknown measurement in the gate',
    code: 'measurement-unknown',
    words: /common-corruption\/mse[\s\S]*common-corruption\/mce/,
    damage: config({ gate: { assert: [{ measurement: 'common-corruption/mse', max: 1 }] } }),
  },
  {
    name: 'an unknown check in the gate',
    code: 'probe-unknown',
    words: /gate\.require\[0\]/,
    damage: config({ gate: { require: ['perturbation/everything'] } }),
  },
  {
    name: 'a model of a kind that this version does not take',
    code: 'config-invalid',
    words: /openai-chat.*not in this version/s,
    damage: config({ model: { http: { url: 'http://localhost:1/', protocol: 'openai-chat' } } }),
  },
  {
    name: 'a configuration without anything to test',
    code: 'config-invalid',
    words: /nothing to test/,
    damage: config({ model: undefined, data: undefined, artifacts: undefined }),
  },
  {
    name: 'broken JSON',
    code: 'config-unreadable',
    words: /line 2, column/,
    damage: file('failmode.config.json', '{\n  "name": "tiny",,\n}'),
  },
  {
    name: 'broken YAML',
    code: 'config-unreadable',
    words: /line \d+, column/,
    damage: named('c.yaml', 'name: tiny\n  task: [image\n'),
  },
  {
    name: 'broken TypeScript',
    code: 'config-unreadable',
    words: /c\.ts/,
    damage: named('c.ts', 'export default { name: \n'),
  },
  {
    name: 'TypeScript that throws',
    code: 'config-unreadable',
    words: /out of cheese/,
    damage: named('c.ts', 'throw new Error("out of cheese")'),
  },
  {
    name: 'TypeScript without a default export',
    code: 'config-unreadable',
    words: /nothing by default/,
    damage: named('c.ts', 'export const name = 1'),
  },
  {
    name: 'a configuration that is not there',
    code: 'config-not-found',
    words: /none\.json/,
    damage: args('--config', 'none.json'),
  },
  {
    name: 'a folder without a configuration',
    code: 'config-not-found',
    words: /failmode\.config\.json/,
    damage: gone('failmode.config.json'),
  },
  {
    name: 'an unknown selection',
    code: 'probe-unknown',
    words: /perturbaton[\s\S]*"perturbation"/,
    damage: args('--only', 'perturbaton'),
  },
  {
    name: 'an unknown budget',
    code: 'usage',
    words: /thourough[\s\S]*thorough/,
    damage: args('--budget', 'thourough'),
  },
  { name: 'an unknown report', code: 'usage', words: /pdf/, damage: args('--format', 'pdf') },
  {
    name: 'an unknown severity',
    code: 'usage',
    words: /importent[\s\S]*important/,
    damage: args('--fail-on', 'importent'),
  },
  {
    name: 'an unknown bug bar',
    code: 'usage',
    words: /sdl-2099[\s\S]*sdl-aiml-2019/,
    damage: args('--bug-bar', 'sdl-2099'),
  },
  { name: 'no workers', code: 'usage', words: /--workers is "0"/, damage: args('--workers', '0') },
  { name: 'a seed that is no number', code: 'usage', words: /--seed is "7x"/, damage: args('--seed', '7x') },
  {
    name: 'a limit that no check can keep',
    code: 'usage',
    words: /--max-queries allows 3/,
    damage: args('--max-queries', '3'),
  },
  {
    name: 'a model without data',
    code: 'usage',
    words: /--model was given without --data/,
    damage: args('--model', 'model.onnx'),
  },
  { name: 'an unknown option', code: 'usage', words: /--sed[\s\S]*--seed/, damage: args('--sed', '7') },
  {
    name: 'to resume what is no run',
    code: 'run-invalid',
    words: /no journal/,
    damage: args('--resume', 'nowhere'),
  },
]

describe.concurrent('a run refuses', () => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', async (_, { code, words, damage }) => {
    const system = await tinySystem()
    try {
      const more = (await damage?.(system)) ?? []
      const out = more.includes('--resume') ? [] : ['--out', 'out']
      const ended = await failmode(['run', ...out, ...more], { cwd: system.path })
      expect(ended.stderr).toMatch(words)
      expect(errorLines(ended).map((line) => line.split(':')[0])).toEqual([`error ${code}`])
      expect(ended.stderr).not.toMatch(/\n\s+at /)
      expect(ended.stdout).toBe('')
      expect(ended.status).toBe(2)
      expect(existsSync(join(system.path, 'out'))).toBe(false)
      expect(existsSync(join(system.path, 'failmode-runs'))).toBe(false)
    } finally {
      await system.remove()
    }
  })
})

describe('a folder that holds a run', () => {
  let system: SystemFolder
  beforeAll(async () => {
    system = await tinySystem()
    const ended = await failmode(['run', '--out', 'out', '--only', '9', '--format', 'json'], {
      cwd: system.path,
    })
    expect(ended.status, ended.stderr).toBe(0)
  })
  afterAll(() => system.remove())

  const contents = () => readFile(join(system.path, 'out', 'run.json'), 'utf8')

  it('is not written over', async () => {
    const before = await contents()
    const ended = await failmode(['run', '--out', 'out'], { cwd: system.path })
    expect(ended).toMatchObject({ status: 2, stdout: '' })
    expect(ended.stderr).toMatch(/^error file-exists: .*already holds a run/)
    expect(await contents()).toBe(before)
  })

  it.each([
    ['--only', 'perturbation'],
    ['--seed', '8'],
    ['--bug-bar', 'sdl-aiml-2019'],
    ['--fail-on', 'low'],
    ['--config', 'failmode.config.json'],
  ])('is resumed as it was started: %s is refused', async (...option) => {
    const before = await contents()
    const ended = await failmode(['run', '--resume', 'out', ...option], { cwd: system.path })
    expect(ended).toMatchObject({ status: 2, stdout: '' })
    expect(ended.stderr).toMatch(new RegExp(`^error usage: ${option[0]} cannot be given with --resume`))
    expect(await contents()).toBe(before)
  })

  it('is not resumed after the system changed', async () => {
    const before = await contents()
    await system.write('failmode.config.json', { ...tinyConfig, data: { ...data, extra: data.test } })
    const ended = await failmode(['run', '--resume', 'out'], { cwd: system.path })
    expect(ended).toMatchObject({ status: 2, stdout: '' })
    expect(ended.stderr).toMatch(/^error run-changed: /)
    expect(await contents()).toBe(before)
    await system.write('failmode.config.json', tinyConfig)
  })
})
