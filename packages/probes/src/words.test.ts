// The words are in the catalogue, so that reports and `explain` have them; the tables of what runs are here.
import { catalogue } from '@failmode/catalogue'
import { describe, expect, it } from 'vitest'
import { knownAttacks } from './01-perturbation/known-attacks.ts'
import { suiteNames } from './01-perturbation/suites.ts'
import { estimators, jointTests } from './14-distributional-shift/options.ts'
import { corruptions } from './16-common-corruption/corruptions/corrupt-image.ts'

const technique = (id: string) => catalogue.techniques.find((one) => one.id === id)

describe('words for what probes run', () => {
  it.each(Object.entries(knownAttacks))('explain the attack %s, under its title and access', (id, row) => {
    const words = technique(id)
    expect(words?.modes).toContain('perturbation')
    expect(words?.access).toBe(row.access)
    expect([words?.name, ...(words?.aliases ?? [])]).toContain(row.title)
  })

  it.each(suiteNames)('explain the suite %s', (id) => {
    expect(technique(id)?.modes).toContain('perturbation')
  })

  it.each(Object.keys(corruptions))('explain the corruption %s', (id) => {
    expect(technique(id)).toMatchObject({ kind: 'stress', modes: ['common-corruption'] })
  })

  it.each([...jointTests, ...estimators, 'domain-classifier', 'black-box-shift-estimation'])(
    'explain the test %s',
    (id) => {
      expect(technique(id)).toMatchObject({ kind: 'test', modes: ['distributional-shift'] })
    },
  )
})
