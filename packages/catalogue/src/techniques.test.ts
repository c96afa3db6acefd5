import { describe, expect, it } from 'vitest'
import { catalogue, createCatalogue, measureByName, techniqueByName } from './index.ts'

const sentences = (words: string) => words.split(/[.?!](?:\s|$)/).filter((one) => one.trim() !== '').length

describe('techniques', () => {
  it('say to each audience something of its own, in two to four sentences', () => {
    for (const { id, say, limits } of catalogue.techniques) {
      expect(new Set(Object.values(say)).size, id).toBe(3)
      for (const [audience, words] of Object.entries(say)) {
        expect(sentences(words), `${id} to ${audience}: ${words}`).toBeGreaterThanOrEqual(2)
        expect(sentences(words), `${id} to ${audience}: ${words}`).toBeLessThanOrEqual(4)
      }
      expect(limits.length, id).toBeGreaterThan(20)
    }
  })

  it('link each arXiv citation to the paper whose number it prints', () => {
    for (const { source } of [...catalogue.techniques, ...catalogue.measures]) {
      const printed = /arXiv:(\d{4}\.\d{4,5})$/.exec(source?.citation ?? '')?.[1]
      if (printed !== undefined) expect(source?.url).toBe(`https://arxiv.org/abs/${printed}`)
    }
  })

  it('call a citation checked only where the bibliography of the taxonomy has the paper and calls it so', () => {
    const known = catalogue.references.filter(({ provenance }) => provenance === 'verified')
    for (const { id, source } of catalogue.techniques) {
      if (source.provenance !== 'verified') continue
      const title = /"(.+?)[.:?]/.exec(source.citation)?.[1]?.toLowerCase() ?? ''
      expect(
        known.some(({ citation }) => citation.toLowerCase().includes(title)),
        `${id}: ${title}`,
      ).toBe(true)
    }
  })

  it('are found by any name in any case', () => {
    expect(techniqueByName('Carlini-Wagner')?.id).toBe('carlini-wagner')
    expect(techniqueByName('hopskipJUMP')?.id).toBe('hop-skip-jump')
    expect(techniqueByName('no such attack')).toBeUndefined()
  })

  it('are refused when a name is taken, by another or by a mode, or when a mode does not exist', () => {
    const [first, ...rest] = catalogue.techniques
    const withFirst = (change: Partial<typeof first>) => () =>
      createCatalogue({ ...catalogue, techniques: [{ ...first!, ...change }, ...rest] })
    expect(withFirst({ aliases: ['PGD'] })).toThrow(/"pgd" is defined twice/)
    expect(withFirst({ aliases: ['Backdoor'] })).toThrow(/"backdoor" has the name of a mode/)
    expect(withFirst({ modes: ['nothing'] })).toThrow(/"nothing"/)
  })
})

describe('measures', () => {
  it('say to each audience something of its own', () => {
    for (const { name, say } of catalogue.measures) expect(new Set(Object.values(say)).size, name).toBe(3)
  })

  it('with a number in their name are found for every number and for nothing else', () => {
    for (const name of ['tpr-at-fpr-0.01', 'tpr-at-fpr-0.001', 'TPR-at-FPR-1'])
      expect(measureByName(name)?.name).toBe('tpr-at-fpr-<f>')
    for (const name of ['tpr-at-fpr-', 'tpr-at-fpr-x', 'tpr-at-fpr-0.', 'xtpr-at-fpr-0.1'])
      expect(measureByName(name), name).toBeUndefined()
  })
})
