import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { catalogue } from '@failmode/catalogue'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { renderers } from './index.ts'
import { relativeUri } from './sarif.ts'
import { exampleRun, hostileRun } from './testing/example-run.ts'

const schemaPath = fileURLToPath(
  new URL('../../../../shared/schemas/sarif-2.1.0.schema.json', import.meta.url),
)
const noSchema = !existsSync(schemaPath)
if (noSchema) console.warn(`SKIPPED: SARIF is not validated, because ${schemaPath} is not there`)

const render = (run = exampleRun().run) => JSON.parse(renderers.sarif.render(run, { catalogue }))
// biome-ignore lint/suspicious/noExplicitAny: a SARIF log is read here as plain JSON
const only = (log: any) => log.runs[0]

describe('SARIF', () => {
  it.skipIf(noSchema)(
    `is valid by the official schema of SARIF 2.1.0${noSchema ? ' (SKIPPED: the schema is not beside the checkout)' : ''}`,
    () => {
      const ajv = new Ajv({ strict: false, allErrors: true })
      ;(addFormats as unknown as (ajv: Ajv) => void)(ajv)
      // The schema is draft 4; apart from these two names it uses nothing that draft 7 reads differently.
      const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(schemaPath, 'utf8'))
      expect(JSON.stringify(schema)).not.toMatch(/"exclusiveM(in|ax)imum"/)
      const validate = ajv.compile(schema)
      for (const run of [
        exampleRun().run,
        hostileRun().run,
        { ...exampleRun().run, findings: [], complete: false },
      ]) {
        validate(render(run))
        expect(validate.errors).toBeNull()
      }
      // The validator does refuse what is wrong.
      const broken = render()
      only(broken).results[0].level = 'dreadful'
      expect(validate(broken)).toBe(false)
    },
  )

  it('carries the 17 modes as a taxonomy and relates every rule to one of them', () => {
    const run = only(render())
    const [taxonomy] = run.taxonomies
    expect(taxonomy.taxa).toHaveLength(17)
    expect(run.tool.driver.supportedTaxonomies[0]).toEqual({
      name: taxonomy.name,
      guid: taxonomy.guid,
      index: 0,
    })
    const taxa = new Set([...taxonomy.taxa, ...run.tool.driver.taxa].map(({ id }: { id: string }) => id))
    for (const rule of run.tool.driver.rules) expect(taxa).toContain(rule.relationships[0].target.id)
    expect(taxonomy.rules).toBeUndefined()
  })

  it('puts a mode of a plugin among the taxa of the tool, not of the published taxonomy', () => {
    const { driver } = only(render()).tool
    expect(driver.taxa.map(({ id }: { id: string }) => id)).toEqual(['example-plugin-mode'])
    expect(driver.supportedTaxonomies[1]).toEqual({ name: 'failmode', guid: driver.guid })
  })

  it('maps both scales to levels', () => {
    const results = only(render()).results as {
      level: string
      properties: { severity: string; scale: string }
    }[]
    const level = Object.fromEntries(
      results.map((r) => [`${r.properties.scale} ${r.properties.severity}`, r.level]),
    )
    expect(level).toEqual({
      'sdl critical': 'error',
      'sdl important': 'error',
      'sdl moderate': 'warning',
      'sdl low': 'note',
      'safety high': 'error',
      'safety medium': 'warning',
      'safety low': 'note',
    })
  })

  it('points each result at its rule, and keeps the fingerprint', () => {
    const example = exampleRun().run
    const run = only(render())
    run.results.forEach(
      (result: { ruleIndex: number; ruleId: string; partialFingerprints: object }, i: number) => {
        expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId)
        expect(Object.values(result.partialFingerprints)).toEqual([example.findings[i]?.fingerprint])
      },
    )
  })

  it('suppresses a waived finding with its reason, owner and end', () => {
    const waived = only(render()).results.filter((result: { suppressions?: unknown }) => result.suppressions)
    expect(waived).toHaveLength(1)
    expect(waived[0].suppressions[0].justification).toBe(
      'Public handwriting data (owner Dana Reyes, until 2027-06-30)',
    )
  })

  it('reports what was not observed as notifications, and the execution as unsuccessful after an error', () => {
    const [invocation] = only(render()).invocations
    expect(invocation.executionSuccessful).toBe(false)
    const texts = invocation.toolExecutionNotifications.map(
      ({ message }: { message: { text: string } }) => message.text,
    )
    for (const part of [
      'reprogramming/border: Error',
      'perturbation/decision: Inconclusive',
      'Incomplete Testing',
    ]) {
      expect(texts.some((text: string) => text.startsWith(part))).toBe(true)
    }
    expect(texts.some((text: string) => text.includes('gradients may be masked'))).toBe(true)
    expect(texts.some((text: string) => text.includes('not-applicable'))).toBe(false)
  })

  it('names relative files only, and no picture, sample or home directory', () => {
    const text = renderers.sarif.render(hostileRun().run, { catalogue })
    const uris = only(JSON.parse(text)).results.flatMap(
      (result: { locations: { physicalLocation?: { artifactLocation: { uri: string } } }[] }) =>
        result.locations.flatMap(({ physicalLocation }) => physicalLocation?.artifactLocation.uri ?? []),
    )
    expect(uris).toContain('model.onnx')
    for (const uri of uris) expect(uri).not.toMatch(/^[a-z]+:|^\/|\.\.|\\/i)
    expect(text).not.toMatch(/\/home\/dana|secret project|evidence\/|image\/png/)
  })

  it('lets no text pass for an embedded link', () => {
    const results: { message: { text: string } }[] = only(render(hostileRun().run)).results
    const text = results.map(({ message }) => message.text).join('\n')
    expect(text).toContain('\\[link\\](javascript:')
    expect(text).not.toContain('[link](javascript:')
  })
})

it('makes relative URIs of any path', () => {
  expect(relativeUri('models/a b.onnx')).toBe('models/a%20b.onnx')
  expect(relativeUri('/etc/passwd')).toBe('passwd')
  expect(relativeUri('C:\\x\\y.onnx')).toBe('y.onnx')
  expect(relativeUri('../../x.onnx')).toBe('x.onnx')
  expect(relativeUri('./models\\x.onnx')).toBe('models/x.onnx')
  expect(relativeUri('javascript:alert(1)')).not.toContain(':')
})
