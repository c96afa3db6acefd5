import { catalogue } from '@failmode/catalogue'
import { describe, expect, it } from 'vitest'
import { rate } from './rate.ts'

const base = { catalogue, bugBar: 'sdl-aiml-2019' }

describe('rating', () => {
  it('rates the variants of perturbation as both 2019 documents do', () => {
    // facts: taxonomy 1.5 and 2.4; targeted variants critical, random misclassification and confidence important.
    const facts = { actsOnPhysicalWorld: false, modelIsSecurityControl: false, affects: 'some-users' }
    for (const bugBar of ['sdl-aiml-2019', 'threat-modeling-2019']) {
      const of = (variant: string) =>
        rate({ catalogue, bugBar, mode: 'perturbation', variant, facts }).severity
      expect([of('1a'), of('1b'), of('1c'), of('1d')]).toEqual([
        'critical',
        'critical',
        'important',
        'important',
      ])
    }
  })

  it('takes an unanswered fact at its worst and says which answer would change it', () => {
    const rating = rate({ ...base, mode: 'perturbation', variant: '1c', facts: {} })
    expect(rating.severity).toBe('critical')
    expect(rating.open.map(({ fact }) => fact)).toContain('actsOnPhysicalWorld')
    expect(rating.open[0]?.effect).toMatch(/together with the other open answers it could be rated important/)
    const control = { modelIsSecurityControl: false }
    const alone = rate({ ...base, mode: 'perturbation', variant: '1c', facts: control })
    expect(alone.open.find(({ fact }) => fact === 'actsOnPhysicalWorld')?.effect).toMatch(
      /"false" would rate it important/,
    )
  })

  it('puts modes without a row, and claims that are not what the row describes, on our own scale', () => {
    const facts = {
      harm: 'noticeable',
      exposure: 'occasional',
      reversibility: 'reversible',
      actsOnPhysicalWorld: false,
    }
    expect(rate({ ...base, mode: 'common-corruption', variant: null, facts })).toMatchObject({
      scale: 'safety',
      severity: 'medium',
    })
    expect(rate({ ...base, mode: 'supply-chain', variant: null, facts })).toMatchObject({
      scale: 'sdl',
      severity: 'critical',
    })
    expect(rate({ ...base, mode: 'supply-chain', variant: null, facts, offBar: true }).scale).toBe('safety')
  })

  it('refuses a bug bar it does not know', () => {
    expect(() => rate({ ...base, bugBar: 'none', mode: 'perturbation', variant: null, facts: {} })).toThrow(
      /known are/,
    )
  })
})
