import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { loadSource } from './load-source.ts'

const path = fileURLToPath(new URL('../../../examples/digits/failmode.config.json', import.meta.url))

it('asks those probes to do as published code that can, and leaves all else as it is', async () => {
  const { signal } = new AbortController()
  const plain = await loadSource({ kind: 'config', path }, { signal })
  const compatible = await loadSource({ kind: 'config', path, referenceCompatible: true }, { signal })
  const changed = Object.keys(plain.options).filter(
    (mode) => JSON.stringify(plain.options[mode]) !== JSON.stringify(compatible.options[mode]),
  )
  expect(changed).toEqual(['common-corruption'])
  expect(compatible.options['common-corruption']).toMatchObject({ referenceCompatible: true })
  expect(compatible.config).toEqual(plain.config)
})
