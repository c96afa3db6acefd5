import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memorySource } from '../../source/source.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { executable } from './executable.ts'
import { looksExecutable } from './looks-executable.ts'
import { samples } from './samples.ts'
import { unopenedArchive } from './unopened-archive.ts'

const text = (value: string): Uint8Array => Buffer.from(value, 'latin1')

describe('looksExecutable', () => {
  it.each(samples())('knows $name', ({ name, bytes }) => {
    expect(looksExecutable(bytes)).toBe(name)
  })

  it('knows the program that runs this test', () => {
    const head = readFileSync(process.execPath).subarray(0, 4096)
    const expected = { linux: 'ELF', darwin: 'Mach-O', win32: 'PE' }[
      process.platform as 'linux' | 'darwin' | 'win32'
    ]
    expect(looksExecutable(head)).toBe(expected)
  })

  it.each([
    ['MZ alone', text('MZ and so on, as a text may begin')],
    ['MZ before zeros', Buffer.concat([text('MZ'), Buffer.alloc(200)])],
    ['a number of ELF without its structure', Buffer.concat([text('\x7fELF'), Buffer.alloc(100, 9)])],
    ['0xCAFEBABE alone', Buffer.concat([Buffer.from('cafebabe', 'hex'), Buffer.alloc(100)])],
    ['a heading of Markdown', text('#! important\nread this')],
    ['a comment', text('#!not a path\n')],
    ['a line end at the third byte', Buffer.concat([Uint8Array.of(1, 2, 13, 10), Buffer.alloc(100)])],
    ['nothing', new Uint8Array(0)],
  ])('does not take %s for a program', (_, bytes) => {
    expect(looksExecutable(bytes)).toBeNull()
  })

  it('takes no numbers for a program, floats or integers, whatever their kind', () => {
    const floats = fc.float32Array({ minLength: 20, maxLength: 40, noNaN: true })
    const integers = fc.int32Array({ minLength: 20, maxLength: 40, min: -100_000, max: 100_000 })
    fc.assert(
      fc.property(fc.oneof(floats, integers), (numbers) => {
        expect(
          looksExecutable(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)),
        ).toBeNull()
      }),
      { numRuns: 2000 },
    )
  })

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...samples()),
        fc.uint8Array({ maxLength: 80 }),
        fc.nat(80),
        ({ bytes }, noise, keep) => {
          looksExecutable(Buffer.concat([bytes.subarray(0, keep), noise]))
          looksExecutable(bytes.subarray(0, keep))
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('executable', () => {
  it('calls native code malicious and other programs suspicious', async () => {
    for (const { name, bytes } of samples()) {
      const context = fakeContext()
      expect(await executable.examine(memorySource(bytes), context)).toEqual({ end: bytes.length })
      const native = ['ELF', 'PE', 'Mach-O', 'Windows shortcut'].includes(name)
      expect(context.reports.map(({ verdict }) => verdict)).toEqual([native ? 'malicious' : 'suspicious'])
    }
  })

  it('leaves Python scripts to those who read Python', () => {
    const script = text('#!/usr/bin/env python3\nprint(1)\n')
    expect(executable.recognise(script, memorySource(script))).toBe('maybe')
  })
})

describe('unopenedArchive', () => {
  it('says that it did not look inside', async () => {
    const bytes = Buffer.concat([text('Rar!\x1a\x07\x01\x00'), Buffer.alloc(100)])
    const source = memorySource(bytes)
    const context = fakeContext()
    expect(unopenedArchive.recognise(bytes, source)).toBe('sure')
    await unopenedArchive.examine(source, context)
    expect(context.reports.map(({ rule, verdict }) => [rule, verdict])).toEqual([
      ['executable/container', 'not-examined'],
    ])
    const iso = Buffer.alloc(0x8800)
    iso.write('\x01CD001', 0x8000, 'latin1')
    expect(unopenedArchive.recognise(iso.subarray(0, 4096), memorySource(iso))).toBe('sure')
  })
})
