import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rejectionOf } from '../testing/arrays.ts'
import { readTable, type TableOptions } from './csv.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-csv-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function read(text: string | Uint8Array, spec: TableOptions['spec'] = {}, delimiter: ',' | '\t' = ',') {
  const path = join(folder, 't.csv')
  await writeFile(path, text)
  return readTable(path, { name: 't.csv', delimiter, spec })
}

describe('readTable', () => {
  test('reads named columns, quotes, blanks, a byte-order mark and either line end', async () => {
    const table = await read('\ufeffa, "b ""x""" ,class\r\n1, 2.5e1 ,"cat, big"\r\n\r\n-.5,+3,dog\r\n', {
      label: 'class',
    })
    expect(table.features).toEqual({ dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 25, -0.5, 3) })
    expect(table.labels).toEqual(['cat, big', 'dog'])
    expect(table.columns).toEqual(['a', 'b "x"'])
  })

  test('reads a table without a header, by number of column, gzip too', async () => {
    const table = await read(gzipSync('7,1,2\n8,3,4\n'), { label: 0, features: [2] })
    expect([...table.features.data]).toEqual([2, 4])
    expect(table.labels).toEqual(['7', '8'])
    expect((await read('1,2\n3,4\n')).labels).toBeNull()
  })

  test('takes quotes in tab-separated values as they are', async () => {
    const table = await read('x\tclass\n1\t"odd\n2\t5" disk\n', { label: 'class' }, '\t')
    expect(table.labels).toEqual(['"odd', '5" disk'])
  })

  test('asks whether a first line of words and numbers is a header', async () => {
    const text = '5.1,setosa\n4.9,setosa\n'
    const error = await rejectionOf(read(text, { label: 1 }))
    expect(error.code).toBe('data-invalid')
    expect(error.hint).toContain('"header": false')
    expect((await read(text, { label: 1, header: false })).features.shape).toEqual([2, 1])
    expect((await read('label,0,1\n3,9,9\n', { label: 'label', header: true })).columns).toEqual(['0', '1'])
  })

  test.each([
    [
      'a word among numbers',
      'a,b\n1,2\n3,x\n',
      {},
      'data-invalid',
      'has "x" in line 3, column "b", expected a number',
    ],
    ['an empty cell', 'a,b\n1,\n', {}, 'data-invalid', 'has an empty cell in line 2, column "b"'],
    ['NaN', 'a,b\n1,NaN\n', {}, 'data-invalid', 'has "NaN" in line 2, column "b"'],
    ['a hexadecimal number', 'a,b\n1,0x10\n', {}, 'data-invalid', 'has "0x10" in line 2'],
    [
      'a short row',
      'a,b\n1,2\n3\n',
      {},
      'data-invalid',
      'broken at line 3: the row has another number of cells',
    ],
    ['an open quote', 'a,b\n1,"2\n', {}, 'data-invalid', 'a quote is opened and never closed'],
    [
      'a damaged gzip',
      gzipSync('a,b\n1,2\n').subarray(0, 20),
      {},
      'data-invalid',
      'is not a whole gzip file',
    ],
    ['no rows', 'a,b\n', {}, 'data-empty', 't.csv has no rows'],
    ['nothing', '', {}, 'data-empty', 't.csv has no rows'],
    ['a missing column', 'a,label\n1,2\n', { label: 'labl' }, 'data-mismatch', 'has no column "labl"'],
    ['a column beyond the last', '1,2\n', { label: 2 }, 'data-mismatch', 'has 2 columns, but column 2'],
    ['a column twice', 'a,a\n1,2\n', { label: 'a' }, 'data-invalid', 'two columns called "a"'],
  ] as const)('refuses %s', async (_, text, spec, code, message) => {
    const error = await rejectionOf(read(text, spec as TableOptions['spec']))
    expect(error.message).toContain(message)
    expect(error.code).toBe(code)
  })

  test('says that a file is not there, and stops when it is told to', async () => {
    const options = { name: 'no.csv', delimiter: ',', spec: {} } as const
    expect((await rejectionOf(readTable(join(folder, 'no.csv'), options))).code).toBe('file-not-found')
    await writeFile(join(folder, 't.csv'), '1,2\n'.repeat(1000))
    const stopped = readTable(join(folder, 't.csv'), {
      ...options,
      signal: AbortSignal.abort(new Error('enough')),
    })
    await expect(stopped).rejects.toThrow('enough')
  })

  test('holds many rows in one array', async () => {
    const table = await read(Array.from({ length: 5000 }, (_, i) => `${i},${i % 7}`).join('\n'), { label: 1 })
    expect(table.features.shape).toEqual([5000, 1])
    expect(table.features.data[4999]).toBe(4999)
  })
})
