import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { provenanceTable, readProvenance } from './provenance.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'failmode-provenance-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const put = (name: string, content: string | Uint8Array): void => {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}
const digest = (algorithm: string, content: string) => createHash(algorithm).update(content).digest('hex')
const only = async () => {
  const models = await readProvenance(folder)
  expect(models).toHaveLength(1)
  return models[0]!
}

describe('a zoo as in the case of 2019', () => {
  it('is counted: one model whose digest differs, 22 without any', async () => {
    const card = (sha1: string | null) =>
      `---\nname: a model\ncaffemodel: weights.caffemodel\ncaffemodel_url: http://example.org/weights.caffemodel\nlicense: unrestricted\n${sha1 === null ? '' : `sha1: ${sha1}\n`}---\nWords.\n`
    for (let i = 0; i < 26; i++) {
      put(`model-${i}/weights.caffemodel`, `numbers ${i}`)
      const sha1 = i < 22 ? null : i === 22 ? digest('sha1', 'other numbers') : digest('sha1', `numbers ${i}`)
      put(`model-${i}/readme.md`, card(sha1))
    }
    put('README.md', '# A zoo\n\nOf models.\n')
    const table = provenanceTable(await readProvenance(folder))
    expect(table).toEqual({
      models: 26,
      digest: { mismatch: 1, none: 22, 'missing-file': 0, weak: 3, match: 0 },
      card: 26,
      licence: 26,
      origin: 26,
      pinned: 0,
      trainingData: 0,
      signature: 0,
    })
  })

  it('counts a model whose weights are elsewhere by what is recorded of them', async () => {
    put('a/readme.md', `---\ncaffemodel: a.caffemodel\nsha1: ${digest('sha1', 'x')}\n---\n`)
    put('b/readme.md', '---\ncaffemodel: b.caffemodel\n---\n')
    expect((await readProvenance(folder)).map(({ digest }) => digest.state)).toEqual(['missing-file', 'none'])
  })
})

describe('the provenance of a model', () => {
  it('is all there when the folder says it', async () => {
    put('model.safetensors', 'numbers')
    put('SHA256SUMS', `${digest('sha256', 'numbers')}  model.safetensors\n`)
    put(
      'README.md',
      '---\nlicense: apache-2.0\ndatasets:\n- mnist\nbase_model: org/base\nsource: https://example.org/repo\nrevision: 0123456789abcdef0123456789abcdef01234567\n---\n# Model\n',
    )
    put('model.sig', '{}')
    expect(await only()).toMatchObject({
      model: '.',
      files: ['model.safetensors'],
      digest: { state: 'match' },
      card: { present: true, file: 'README.md' },
      licence: { present: true, says: 'apache-2.0' },
      origin: {
        present: true,
        pinned: true,
        says: 'https://example.org/repo at 0123456789abcdef0123456789abcdef01234567',
      },
      trainingData: { present: true, says: 'mnist' },
      signature: { present: true },
      baseModels: ['org/base'],
    })
  })

  it('is absent when it does not', async () => {
    put('model.onnx', 'numbers')
    const absent = { present: false, file: null, says: null }
    expect(await only()).toMatchObject({
      digest: { state: 'none' },
      card: absent,
      licence: absent,
      origin: { ...absent, pinned: false },
      trainingData: absent,
      signature: absent,
    })
  })

  it('finds digests in a lock, in files of their own, and takes the worst of several', async () => {
    put('model.onnx', 'numbers')
    put('model.onnx.md5', `${digest('md5', 'numbers')}  model.onnx\n`)
    expect((await only()).digest.state).toBe('weak')
    put(
      'models.lock.json',
      JSON.stringify({
        lockVersion: 2,
        tool: 't',
        artifacts: { 'model.onnx': { sha256: digest('sha256', 'numbers') } },
      }),
    )
    expect((await only()).digest.state).toBe('match')
    put('model.onnx.md5', digest('md5', 'other'))
    expect((await only()).digest).toMatchObject({
      state: 'mismatch',
      files: [{ recorded: { algorithm: 'md5', file: 'model.onnx.md5' } }],
    })
  })

  it('reads a section about training data, and the commit in the path of a hub cache', async () => {
    put('models--org--name/snapshots/0123456789abcdef0123456789abcdef01234567/model.safetensors', 'x')
    put(
      'models--org--name/snapshots/0123456789abcdef0123456789abcdef01234567/README.md',
      '# M\n\n## Training data\n\nTen thousand pictures of signs.\n',
    )
    expect(await only()).toMatchObject({
      origin: { pinned: true, says: 'org/name at 0123456789abcdef0123456789abcdef01234567' },
      trainingData: { present: true, says: 'Ten thousand pictures of signs.' },
    })
  })

  it('is not fooled by aliases, broken settings, empty sections or links', async () => {
    put('a/model.onnx', 'x')
    put(
      'a/README.md',
      `---\na: &a [x, x, x]\nb: &b [*a, *a, *a]\nlicense: *b\n---\n## Training data\n\n## Next\n`,
    )
    put('b/model.onnx', 'x')
    put('b/README.md', '---\nlicense: [mit\n---\nwords\n')
    put('outside.txt', 'x')
    mkdirSync(join(folder, 'c'))
    symlinkSync('/etc/hostname', join(folder, 'c/model.onnx'))
    const models = await readProvenance(folder)
    expect(models.map(({ model }) => model)).toEqual(['a', 'b'])
    for (const { licence, trainingData } of models) {
      expect(licence.present).toBe(false)
      expect(trainingData.present).toBe(false)
    }
  })

  it('of a folder that is not there is an error', async () => {
    await expect(readProvenance(join(folder, 'none'))).rejects.toMatchObject({ code: 'file-unreadable' })
  })
})
