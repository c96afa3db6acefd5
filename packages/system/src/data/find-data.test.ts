import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rejectionOf } from '../testing/arrays.ts'
import { findData } from './find-data.ts'
import { writeNpz } from './npz.ts'
import type { RawArray } from './raw-array.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-find-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function put(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), '')
  }
}
const find = (path: string) => findData(join(folder, path), { folder })
const one: RawArray = { dtype: 'uint8', shape: [1], data: Uint8Array.of(1) }

describe('findData', () => {
  test.each([
    [['x', 'y'], { test: ['x', 'y'] }],
    [['images', 'labels'], { test: ['images', 'labels'] }],
    [['inputs', 'targets'], { test: ['inputs', 'targets'] }],
    [
      ['x_train', 'y_train', 'x_test', 'y_test'],
      { train: ['x_train', 'y_train'], test: ['x_test', 'y_test'] },
    ],
    [
      ['train_images', 'train_labels', 'val_images', 'val_labels'],
      { train: ['train_images', 'train_labels'], validation: ['val_images', 'val_labels'] },
    ],
    [['x', 'meta'], { test: ['x', undefined] }],
  ])('tells the parts of an .npz apart by their names: %j', async (names, expected) => {
    await writeFile(join(folder, 'd.npz'), writeNpz(Object.fromEntries(names.map((name) => [name, one]))))
    const { data } = await find('d.npz')
    const specs = Object.entries(expected).map(([split, [inputs, labels]]) => [
      split,
      { npz: { file: 'd.npz', inputs, ...(labels === undefined ? {} : { labels }) } },
    ])
    expect(data).toEqual(Object.fromEntries(specs))
    expect(await find('.')).toEqual(await find('d.npz'))
  })

  test('pairs .npy files of a folder, and of one file with its partner beside it', async () => {
    await put('n/test-x.npy', 'n/test-y.npy', 'n/X_train.npy.gz', 'n/y_train.npy')
    expect((await find('n')).data).toEqual({
      test: { npy: { inputs: 'n/test-x.npy', labels: 'n/test-y.npy' } },
      train: { npy: { inputs: 'n/X_train.npy.gz', labels: 'n/y_train.npy' } },
    })
    expect((await find('n/test-x.npy')).data).toEqual({
      test: { npy: { inputs: 'n/test-x.npy', labels: 'n/test-y.npy' } },
    })
  })

  test('pairs the IDX files of MNIST by their usual names', async () => {
    const files = [
      't10k-images-idx3-ubyte.gz',
      't10k-labels-idx1-ubyte.gz',
      'train-images-idx3-ubyte',
      'train-labels-idx1-ubyte',
    ]
    await put(...files, 'README.md')
    const test = { idx: { inputs: files[0], labels: files[1] } }
    expect((await find('.')).data).toEqual({ test, train: { idx: { inputs: files[2], labels: files[3] } } })
    expect((await find(files[0]!)).data).toEqual({ test })
    expect((await find(files[1]!)).data).toEqual({ test })
  })

  test('takes folders of classes, also under train and test', async () => {
    await put('a/cat/1.png', 'a/dog/1.png', 'b/train/cat/1.png', 'b/test/cat/1.png', 'b/test/dog/1.png')
    expect(await find('a')).toEqual({ data: { test: { images: { folder: 'a' } } }, labels: ['cat', 'dog'] })
    expect(await find('b')).toEqual({
      data: { train: { images: { folder: 'b/train' } }, test: { images: { folder: 'b/test' } } },
      labels: ['cat', 'dog'],
    })
  })

  test('reads the header of a table, and sees that squares of bytes are pictures', async () => {
    await writeFile(
      join(folder, 'm.csv'),
      `label,${Array.from({ length: 16 }, (_, i) => `p${i}`).join(',')}\n7,${new Array(16).fill(200).join(',')}\n`,
    )
    expect((await find('m.csv')).data).toEqual({
      test: { csv: { file: 'm.csv', label: 'label', header: true, shape: [1, 4, 4] }, valueRange: [0, 255] },
    })
    await writeFile(join(folder, 'train.tsv'), 'a\tb\tClass\n0.5\t0.25\tx\n')
    expect((await find('train.tsv')).data).toEqual({
      train: { tsv: { file: 'train.tsv', label: 'Class', header: true } },
    })
  })

  test('refuses what has two readings, or none, and says so', async () => {
    await put(
      'two/x.npy',
      'two/inputs.npy',
      'two/y.npy',
      'mixed/x.npy',
      'mixed/a-images-idx3-ubyte',
      'none/a.txt',
    )
    expect((await rejectionOf(find('two'))).message).toContain('could be the inputs of "test"')
    expect((await rejectionOf(find('mixed'))).message).toContain('several formats')
    expect(await rejectionOf(find('none'))).toMatchObject({ code: 'inference-failed' })
    expect(await rejectionOf(find('nowhere'))).toMatchObject({ code: 'file-not-found' })
    await writeFile(join(folder, 't.csv'), 'a,b\n1,2\n')
    expect((await rejectionOf(find('t.csv'))).message).toContain(
      'has no column called label, class, target or y',
    )
  })

  test('gives paths relative to the folder of the configuration, with forward slashes', async () => {
    await put('data/x.npy', 'data/y.npy', 'here/keep')
    const { data } = await findData(join(folder, 'data'), { folder: join(folder, 'here') })
    expect(data.test).toEqual({ npy: { inputs: '../data/x.npy', labels: '../data/y.npy' } })
  })
})
