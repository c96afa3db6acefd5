import { describe, expect, it } from 'vitest'
import { signedBytes, signedBytesOfOldReleases } from './envelope.ts'

describe('the signed bytes', () => {
  it('are type and payload with their lengths in bytes, as the DSSE protocol has it', () => {
    expect(signedBytes(Buffer.from('größe')).toString()).toBe(
      'DSSEv1 28 application/vnd.in-toto+json 7 größe',
    )
  })

  it('of old releases show the payload as Python 3 does', () => {
    // Right sides: str(payload) in CPython 3.11.
    const shown = [
      ['{"a": 1}', `b'{"a": 1}'`],
      ["it's", `b"it's"`],
      [`it's "it"`, String.raw`b'it\'s "it"'`],
      ['\\ \t\n\r\0\x7f~ é', String.raw`b'\\ \t\n\r\x00\x7f~ \xc3\xa9'`],
      ['', `b''`],
    ] as const
    for (const [payload, text] of shown) {
      const length = Buffer.byteLength(payload)
      const expected = `DSSEV1 28 application/vnd.in-toto+json ${length} ${text}`
      expect(signedBytesOfOldReleases(Buffer.from(payload)).toString()).toBe(expected)
    }
  })
})
