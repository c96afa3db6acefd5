import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { operatorsDoc } from '../testing/operators-doc.ts'

describe('docs/operators.md', () => {
  it('is what `npx tsx scripts/operators-doc.ts` writes now', () => {
    const file = new URL('../../../../docs/operators.md', import.meta.url)
    expect(readFileSync(file, 'utf8')).toBe(operatorsDoc())
  })
})
