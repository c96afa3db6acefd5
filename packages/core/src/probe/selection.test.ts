import { describe, expect, it } from 'vitest'
import type { AnyProbe } from './probe.ts'
import { nearest, parseSelection } from './selection.ts'

const probe = (mode: string, tags: string[], checks: string[]) =>
  ({ meta: { mode, tags }, checks: checks.map((id) => ({ meta: { id } })) }) as unknown as AnyProbe
const a = probe('perturbation', ['security'], ['perturbation/x', 'perturbation/y'])
const b = probe('common-corruption', ['safety'], ['common-corruption/accuracy'])
const known = {
  probes: [a, b],
  modes: [
    { slug: 'perturbation', number: 1 },
    { slug: 'common-corruption', number: 16 },
    { slug: 'poisoning', number: 2 },
  ],
}
const chosen = (expression?: string) => {
  const selection = parseSelection(expression, known)
  return [a, b].flatMap((p) => p.checks.map(({ meta }) => meta.id).filter((id) => selection.includes(p, id)))
}

describe('--only', () => {
  it('takes everything when it is absent or only takes out', () => {
    expect(chosen()).toEqual(['perturbation/x', 'perturbation/y', 'common-corruption/accuracy'])
    expect(chosen('-perturbation/x')).toEqual(['perturbation/y', 'common-corruption/accuracy'])
  })

  it('takes modes by slug and number, checks, and tags, and takes out with a minus', () => {
    expect(chosen('perturbation')).toEqual(['perturbation/x', 'perturbation/y'])
    expect(chosen('16')).toEqual(['common-corruption/accuracy'])
    expect(chosen('tag:security,-perturbation/y')).toEqual(['perturbation/x'])
    expect(chosen('poisoning')).toEqual([])
  })

  it('refuses an unknown word, with the nearest one it knows', () => {
    expect(() => chosen('pertubation')).toThrow(/no mode, check or tag/)
    try {
      chosen('pertubation')
    } catch (error) {
      expect((error as { hint: string }).hint).toContain('"perturbation"')
    }
    expect(() => chosen('perturbation,,')).toThrow(/empty term/)
  })
})

describe('nearest', () => {
  it('gives nothing when nothing is near', () => {
    expect(nearest('zzzzzz', ['perturbation'])).toBeUndefined()
    expect(nearest('ciritcal', ['critical', 'important'])).toBe('critical')
  })
})
