import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FailmodeError } from '@failmode/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadConfig } from './load-config.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-config-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const put = (name: string, text: string | Uint8Array) => writeFile(join(folder, name), text)
const load = (name?: string) => loadConfig(name, { cwd: folder })

async function errorOf(name?: string): Promise<FailmodeError> {
  const error = await load(name).then(
    () => new Error('nothing was refused'),
    (cause) => cause,
  )
  if (error instanceof FailmodeError) return error
  throw error
}

const config = { name: 'files', task: 'image-classification', artifacts: ['m.onnx'] }
const literal = JSON.stringify(config)

describe('loadConfig', () => {
  test.each([
    ['a.json', literal],
    ['bom.json', `\ufeff${literal}`],
    ['a.yaml', 'name: files\ntask: image-classification # yes\nartifacts: [m.onnx]\n'],
    ['a.yml', 'name: files\ntask: &t image-classification\nartifacts:\n  - m.onnx\n'],
    ['a.mjs', `export default ${literal}`],
    ['a.cjs', `module.exports = ${literal}`],
    ['a.js', `export default ${literal}`],
    ['a.ts', `interface A { name: string }\nconst a = ${literal} satisfies A\nexport default a`],
  ])('reads %s', async (name, text) => {
    await put(name, text)
    const loaded = await load(name)
    expect(loaded.config).toEqual(config)
    expect(loaded.path).toBe(join(folder, name))
    expect(loaded.folder).toBe(folder)
    // Reading leaves nothing behind, no cache either.
    expect(await readdir(folder)).toEqual([name])
  })

  test('finds the configuration of a folder, TypeScript first', async () => {
    await put('failmode.config.yaml', literal)
    expect((await load()).path).toBe(join(folder, 'failmode.config.yaml'))
    await put('failmode.config.ts', `export default ${literal}`)
    expect((await load()).path).toBe(join(folder, 'failmode.config.ts'))
  })

  test('says that there is none, and where it looked', async () => {
    expect(await errorOf()).toMatchObject({ code: 'config-not-found' })
    const error = await errorOf('missing.json')
    expect(error).toMatchObject({ code: 'config-not-found', message: 'there is no file missing.json.' })
  })

  test.each([
    [
      'broken.json',
      '{\n  "name": "a",\n  "task"\n}',
      'broken.json: line 4, column 1: found "}", expected ":".',
    ],
    [
      'trailing.json',
      '{"name": "a",}',
      'trailing.json: line 1, column 14: found "}", expected a key in double quotes.',
    ],
    ['empty.json', '', 'empty.json: line 1, column 1: found the end of the file, expected a value.'],
    ['twice.yaml', 'name: a\nname: b\n', 'twice.yaml: line 2, column 1: Map keys must be unique.'],
    ['tab.yaml', 'name: a\ndata:\n\ttest: 1\n', 'tab.yaml: line 3, column 1: '],
    ['open.yaml', 'name: [a\n', 'open.yaml: line 2, column 1: '],
    ['tag.yaml', 'name: !!js/function "function () {}"\n', 'tag.yaml: line 1, column 7: Unresolved tag'],
    ['two.yaml', 'name: a\n---\nname: b\n', 'two.yaml: line 2, column 1: '],
    [
      'throws.ts',
      'throw new Error("the weights are gone")',
      'throws.ts: cannot be run: the weights are gone.',
    ],
    ['syntax.ts', 'export default {', 'syntax.ts: cannot be run: '],
    ['throws.mjs', 'throw new Error("no")', 'throws.mjs: cannot be run: no.'],
    ['import.ts', 'import "./nowhere.ts"\nexport default {}', 'import.ts: cannot be run: '],
    ['none.ts', 'export const a = 1', 'none.ts exports nothing by default, expected the configuration.'],
    ['none.mjs', 'export const a = 1', 'none.mjs exports nothing by default, expected the configuration.'],
    ['a.toml', 'name = "a"', 'a.toml ends in ".toml", expected one of .json, .yaml'],
  ])('refuses %s as unreadable and says where', async (name, text, message) => {
    await put(name, text)
    const error = await errorOf(name)
    expect(error.code).toBe('config-unreadable')
    expect(error.message.startsWith(message), error.message).toBe(true)
    expect(error.hint).toBeTruthy()
  })

  test('refuses text that is not UTF-8 and YAML whose aliases multiply', async () => {
    await put('latin.json', new Uint8Array([0x7b, 0x22, 0xe9, 0x22, 0x7d]))
    expect(await errorOf('latin.json')).toMatchObject({ code: 'config-unreadable' })
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
    for (let i = 1; i < 12; i++) bomb.push(`a${i}: &a${i} [${new Array(10).fill(`*a${i - 1}`).join(', ')}]`)
    await put('bomb.yaml', bomb.join('\n'))
    expect(await errorOf('bomb.yaml')).toMatchObject({ code: 'config-unreadable' })
  })

  test('refuses keys that pollute prototypes in JSON and YAML', async () => {
    await put('p.json', '{"name": "a", "__proto__": {"seed": 1}}')
    await put('p.yaml', 'name: a\n__proto__: { seed: 1 }\n')
    for (const name of ['p.json', 'p.yaml']) {
      const error = await errorOf(name)
      expect(error.code).toBe('config-invalid')
      expect(error.message).toContain('"__proto__" is not allowed')
    }
  })

  test('holds what a program exports to the same schema, and names the file in its error', async () => {
    await put('a.ts', `export default { ...${literal}, seeed: 3 }`)
    const error = await errorOf('a.ts')
    expect(error).toMatchObject({
      code: 'config-invalid',
      message: 'a.ts: unknown key "seeed".',
      hint: 'Did you mean "seed"?',
    })
  })
})
