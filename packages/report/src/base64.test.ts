import fc from 'fast-check'
import { expect, it } from 'vitest'
import { base64 } from './base64.ts'

it('encodes the test vectors of RFC 4648', () => {
  const text = (word: string) => base64(new TextEncoder().encode(word))
  expect(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map(text)).toEqual([
    '',
    'Zg==',
    'Zm8=',
    'Zm9v',
    'Zm9vYg==',
    'Zm9vYmE=',
    'Zm9vYmFy',
  ])
})

it('agrees with Node on any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(base64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
    }),
  )
})
