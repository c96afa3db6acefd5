import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { systemPickle } from '../formats/testing/opcodes.ts'
import { buildZip } from '../formats/zip/build-zip.ts'
import { scanBytes } from '../scan/scan-file.ts'
import type { Scan } from '../scan/scan-paths.ts'
import { scanSarif } from './scan-sarif.ts'

const schemaPath = fileURLToPath(
  new URL('../../../../../shared/schemas/sarif-2.1.0.schema.json', import.meta.url),
)
const noSchema = !existsSync(schemaPath)
if (noSchema) console.warn(`SKIPPED: the SARIF of scans is not validated, because ${schemaPath} is not there`)

async function scan(): Promise<Scan> {
  const files = [
    await scanBytes(systemPickle, { name: 'models/<evil> & 100%.pkl' }),
    await scanBytes(buildZip([{ name: 'inner.pkl', data: systemPickle }]), { name: 'a.zip' }),
    await scanBytes(new Uint8Array(0), { name: 'empty' }),
  ]
  const counts = { malicious: 2, suspicious: 0, malformed: 0, 'not-examined': 0, clean: 1 }
  return { verdict: 'malicious', files, counts, excluded: [] }
}
// biome-ignore lint/suspicious/noExplicitAny: a SARIF log is read here as plain JSON
const render = async (): Promise<any> =>
  JSON.parse(JSON.stringify(scanSarif(await scan(), { version: '1.2.3' })))

describe('the SARIF of a scan', () => {
  it.skipIf(noSchema)(
    `is valid by the official schema${noSchema ? ' (SKIPPED: the schema is not beside the checkout)' : ''}`,
    async () => {
      const ajv = new Ajv({ strict: false, allErrors: true })
      ;(addFormats as unknown as (ajv: Ajv) => void)(ajv)
      // The schema is draft 4; apart from these two names it uses nothing that draft 7 reads differently.
      const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(schemaPath, 'utf8'))
      const validate = ajv.compile(schema)
      validate(await render())
      expect(validate.errors).toBeNull()
    },
  )

  it('names each rule once, with place, call and severity of each finding', async () => {
    const [run] = (await render()).runs
    const ids = run.tool.driver.rules.map(({ id }: { id: string }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const [first, second] = run.results.filter(
      ({ ruleId }: { ruleId: string }) => ruleId === 'pickle/dangerous-import',
    )
    expect(first).toMatchObject({ level: 'error', kind: 'fail' })
    expect(first.message.text).toContain("os.system('true')")
    expect(first.locations[0].physicalLocation).toMatchObject({
      artifactLocation: { uri: 'models/%3Cevil%3E%20%26%20100%25.pkl', index: 0 },
      region: { byteOffset: 2 },
    })
    expect(second.locations[0].logicalLocations[0].fullyQualifiedName).toBe('a.zip!inner.pkl')
    expect(run.tool.driver.rules[first.ruleIndex].id).toBe(first.ruleId)
  })
})
