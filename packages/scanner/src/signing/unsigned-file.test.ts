import { describe, expect, it } from 'vitest'
import { coveredBy } from './ignored-paths.ts'
import { unsignedKind } from './unsigned-file.ts'

const head = (...bytes: readonly (string | number)[]): Uint8Array =>
  Buffer.concat(bytes.map((one) => (typeof one === 'string' ? Buffer.from(one, 'latin1') : Buffer.of(one))))

describe('unsignedKind', () => {
  it('knows weights, graphs, tokenizers, settings and code by their names', () => {
    for (const path of [
      'model.safetensors',
      'a/MODEL.BIN',
      'variables/variables.data-00000-of-00001',
      'model.onnx.data',
      'tokenizer.json',
      'vocab.txt',
      'merges.txt',
      'requirements-dev.txt',
      'modeling_x.py',
      'run.sh',
      'lib.so',
      '.git/objects/evil.py',
    ]) {
      expect([path, unsignedKind(path, null)]).toEqual([path, 'model'])
    }
  })

  it('knows them by their first bytes under any name', () => {
    const heads = [
      head(0x80, 4, 0x95),
      head('PK\x03\x04'),
      head('\x89HDF\r\n\x1a\n'),
      head('GGUF', 3),
      head('\x93NUMPY'),
      head('\x7fELF'),
      head('#!/usr/bin/env python'),
      head(0x1f, 0x8b),
      head(0x1c, 0, 0, 0, 'TFL3'),
      head(2, 0, 0, 0, 0, 0, 0, 0, '{"a":'),
      head('\0'.repeat(257), 'ustar'),
    ]
    for (const bytes of heads) expect(unsignedKind('README.md', bytes)).toBe('model')
  })

  it('takes documentation, pictures, the files of git and signatures for harmless', () => {
    const bundle = head('{\n  "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"')
    for (const [path, bytes] of [
      ['README.md', head('# A model')],
      ['LICENSE', head('Apache')],
      ['docs/figure.png', head('\x89PNG')],
      ['.gitattributes', head('*.bin')],
      ['.git/HEAD', head('ref:')],
      ['.git/lfs/objects/ab/abcd', head('PK\x03\x04')],
      ['model.sig', bundle],
      ['model.sigstore.json', bundle],
      ['signature.json', bundle],
    ] as const) {
      expect([path, unsignedKind(path, bytes)]).toEqual([path, 'harmless'])
    }
  })

  it('does not take a configuration for a signature because it quotes one', () => {
    const bytes = head('{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "auto_map": {}}')
    expect(unsignedKind('config.json', bytes)).toBe('model')
    expect(unsignedKind('model.sigstore.json', head('{"auto_map": {}}'))).toBe('model')
  })

  it('leaves the rest to the verifier', () => {
    expect(unsignedKind('notes', head('hello'))).toBe('other')
    expect(unsignedKind('training.log', null)).toBe('other')
  })
})

describe('coveredBy', () => {
  it('covers a path and all below it, not what only begins the same way', () => {
    expect(coveredBy(['a/b'], 'a/b')).toBe(true)
    expect(coveredBy(['a/b/'], 'a/b/c')).toBe(true)
    expect(coveredBy(['./a//b'], 'a/b/c')).toBe(true)
    expect(coveredBy(['a/b'], 'a/bc')).toBe(false)
    expect(coveredBy(['a/b'], 'a')).toBe(false)
    expect(coveredBy(['.'], 'a')).toBe(true)
  })

  it('covers nothing by an absolute path or one that leads out, and never a single file', () => {
    expect(coveredBy(['/a', '../a', 'b/../a'], 'a')).toBe(false)
    expect(coveredBy(['.', ''], '.')).toBe(false)
  })
})
