import { chiSquareTest, countCategories } from '@failmode/core'
import { expect, it } from 'vitest'
import { pictures } from './fixtures.ts'

it('x', () => {
  const sets = Array.from({ length: 60 }, (_, i) => pictures({ seed: `s${i}`, count: 300 }).labels!)
  let a = 0
  for (let i = 0; i < 60; i += 2)
    if (chiSquareTest(countCategories(sets[i]!, 4), countCategories(sets[i + 1]!, 4)).pValue < 0.05) a++
  const c = (seed: string) => Array.from(countCategories(pictures({ seed, count: 500 }).labels!, 4))
  console.log(a, c('test'), c('same'), c('brighter'), c('renamed'))
  expect(1).toBe(1)
})
