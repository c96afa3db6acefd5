import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { systemPickle } from '../formats/testing/opcodes.ts'
import type { ModelProvenance } from '../provenance/provenance.ts'
import { scanBytes } from '../scan/scan-file.ts'
import { type BomModel, modelBom } from './model-bom.ts'

const schemas = fileURLToPath(new URL('../../../../../shared/schemas/', import.meta.url))
const noSchema = !existsSync(`${schemas}cyclonedx-1.6.schema.json`)
if (noSchema) console.warn(`SKIPPED: the bill of materials is not validated, because ${schemas} is not there`)

const said = (says: string | null) => ({
  present: says !== null,
  file: says === null ? null : 'README.md',
  says,
})
const provenance = (more: Partial<ModelProvenance> = {}): ModelProvenance => ({
  model: 'signs',
  files: ['signs/model.onnx'],
  digest: { state: 'match', files: [] },
  card: said('signs'),
  licence: said('apache-2.0'),
  origin: { ...said('https://example.org/a b at 0123456789abcdef0123456789abcdef01234567'), pinned: true },
  trainingData: said('mnist, <script>'),
  signature: said(null),
  baseModels: ['org/base'],
  ...more,
})

async function models(): Promise<readonly BomModel[]> {
  const scan = await scanBytes(systemPickle, { name: 'signs/model.onnx' })
  const file = { path: 'signs/model.onnx', bytes: 40, sha256: 'ab'.repeat(32), scan }
  return [
    { provenance: provenance(), files: [file] },
    {
      provenance: provenance({
        model: '.',
        licence: said('my own licence'),
        origin: { ...said(null), pinned: false },
        trainingData: said(null),
        baseModels: [],
      }),
      files: [
        { ...file, path: 'a', scan: null },
        { ...file, path: 'b', scan: null },
      ],
    },
  ]
}
const version = '1.2.3'

describe('the bill of materials', () => {
  it.skipIf(noSchema)(
    `is valid by the official schema of CycloneDX 1.6${noSchema ? ' (SKIPPED: the schema is not beside the checkout)' : ''}`,
    async () => {
      const ajv = new Ajv({ strict: false, allErrors: true, logger: false })
      ;(addFormats as unknown as (ajv: Ajv) => void)(ajv)
      const read = (name: string) => JSON.parse(readFileSync(`${schemas}${name}`, 'utf8'))
      ajv.addSchema(read('spdx.schema.json'), 'http://cyclonedx.org/schema/spdx.schema.json')
      ajv.addSchema(read('jsf-0.82.schema.json'), 'http://cyclonedx.org/schema/jsf-0.82.schema.json')
      const validate = ajv.compile(read('cyclonedx-1.6.schema.json'))
      for (const document of [modelBom(await models(), { version }), modelBom([], { version })]) {
        validate(JSON.parse(JSON.stringify(document)))
        expect(validate.errors).toBeNull()
      }
      // The validator does refuse what is wrong.
      expect(validate({ ...modelBom([], { version }), serialNumber: 'x' })).toBe(false)
    },
  )

  it('says what is known and nothing else', async () => {
    // biome-ignore lint/suspicious/noExplicitAny: the document is read here as plain JSON
    const { components } = modelBom(await models(), { version }) as any
    const [signs, plain] = components
    expect(signs).toMatchObject({
      type: 'machine-learning-model',
      hashes: [{ alg: 'SHA-256', content: 'ab'.repeat(32) }],
      licenses: [{ license: { id: 'Apache-2.0' } }],
      pedigree: { ancestors: [{ name: 'org/base' }] },
      modelCard: { modelParameters: { datasets: [{ ref: 'data:mnist' }, { ref: 'data:<script>' }] } },
    })
    expect(signs.components[0].properties).toContainEqual({ name: 'failmode:verdict', value: 'malicious' })
    expect(signs.components[0].properties).toContainEqual({
      name: 'failmode:rule',
      value: 'pickle/dangerous-import',
    })
    expect(plain).toMatchObject({ licenses: [{ license: { name: 'my own licence' } }] })
    for (const key of ['hashes', 'pedigree', 'modelCard', 'externalReferences'])
      expect(plain).not.toHaveProperty(key)
    expect(components.filter(({ type }: { type: string }) => type === 'data')).toHaveLength(2)
  })

  it('is the same for the same models, and another for others', async () => {
    const once = JSON.stringify(modelBom(await models(), { version }))
    expect(JSON.stringify(modelBom(await models(), { version }))).toBe(once)
    expect(modelBom((await models()).slice(1), { version }).serialNumber).not.toBe(
      JSON.parse(once).serialNumber,
    )
  })
})
