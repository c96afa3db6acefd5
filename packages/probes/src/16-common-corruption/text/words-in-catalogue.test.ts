// The words for damage to text, sound and tables are in the catalogue; the tables of what there is are here.
import { catalogue } from '@failmode/catalogue'
import { describe, expect, it } from 'vitest'
import { audioCorruptionNames } from '../audio/corrupt-audio.ts'
import { tableCorruptionNames } from '../table/corrupt-table.ts'
import { textCorruptionNames } from './corrupt-text.ts'

describe('the catalogue', () => {
  it.each([...textCorruptionNames, ...audioCorruptionNames, ...tableCorruptionNames])(
    'explains %s',
    (name) => {
      expect(catalogue.techniques.find(({ id }) => id === name)).toMatchObject({
        kind: 'stress',
        modes: ['common-corruption'],
      })
    },
  )
})
