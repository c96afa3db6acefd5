import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import {
  catalogue,
  catalogueFromJson,
  catalogueJsonSchema,
  catalogueToJson,
  extendCatalogue,
  modeBySlug,
  modeFileJsonSchema,
} from './index.ts'

/** What the author of a plugin would write, with nothing but JSON at hand. */
const promptInjection = {
  number: null,
  slug: 'prompt-injection',
  name: 'Direct prompt injection',
  summaryName: 'Prompt injection',
  kind: 'intentional',
  extends: ['perturbation', 'reprogramming'],
  addedIn: 'example-plugin 1.0.0',
  systemKinds: ['generative', 'agentic'],
  provenance: 'derived',
  overview: 'Words in the input are taken as orders.',
  description: 'A user writes text that a language model follows instead of its instructions.',
  compromises: ['integrity', 'misuse'],
  scenarios: [
    {
      text: 'A support bot is told to forget its rules.',
      tags: ['black-box'],
      references: [],
      sources: [{ citation: 'An example', url: 'https://example.org/report' }],
    },
  ],
  parallel: {
    text: 'Injection flaws.',
    differs: 'There is no syntax that separates orders from data.',
    provenance: 'derived',
  },
  stride: ['T', 'E'],
  policy: {
    cause: 'Orders and data share one channel.',
    consequence: 'Whoever writes to the model may steer it.',
    civilLiberties: 'Filters may silence harmless speech.',
    opinionOf: 'the author of the plugin',
    provenance: 'derived',
  },
  accessViolation: {
    table: 'not-asked',
    comments: { reading: 'none', text: 'Not part of the taxonomy.', provenance: 'derived' },
    paper: { reading: 'none', text: 'Not part of the taxonomy.', provenance: 'derived' },
  },
  legalNotes: [],
  mitigations: ['3-m3', 'prompt-injection-m1'],
  crosswalk: [
    {
      scheme: 'owasp-llm',
      version: '2026',
      id: 'LLM01:2026',
      name: 'Prompt Injection',
      relation: 'primary',
      provenance: 'secondary',
      verified: false,
    },
  ],
  say: {
    engineer: 'Text is taken as an order. Separate the two as far as you can.',
    responder: 'Keep the transcript. Look for the sentence that turned it.',
    policy: 'The system obeyed a stranger. No lock was broken.',
  },
  response: { firstResponse: ['Save the transcript.'], evidenceToPreserve: ['The transcript'] },
  brings: {
    mitigations: [
      {
        id: 'prompt-injection-m1',
        title: 'Least privilege',
        text: 'Give the model no power that its user lacks.',
        entry: null,
        phase: 'proactive',
        phaseStated: false,
        origin: 'example-plugin',
        provenance: 'derived',
      },
    ],
    threatPrompts: [
      {
        id: 'C10',
        consideration: 'C',
        parent: null,
        text: 'Who can write text that the model reads?',
        modes: ['prompt-injection'],
        provenance: 'derived',
      },
    ],
    schemes: [
      {
        id: 'owasp-llm',
        title: 'OWASP Top 10 for LLM Applications',
        version: '2026',
        url: 'https://genai.owasp.org/',
        provenance: 'secondary',
      },
    ],
  },
}

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true })

function throughFile(data: unknown): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'failmode-mode-'))
  try {
    const file = join(folder, 'prompt-injection.json')
    writeFileSync(file, JSON.stringify(data))
    return JSON.parse(readFileSync(file, 'utf8'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('a mode added from outside by a data file alone', () => {
  const extended = extendCatalogue(catalogue, throughFile(promptInjection))

  it('stands after the seventeen, without a number', () => {
    expect(extended.modes).toHaveLength(18)
    expect(extended.modes.slice(0, 17)).toEqual(catalogue.modes)
    expect(extended.modes[17]!.number).toBeNull()
    expect(modeBySlug('prompt-injection', extended)?.name).toBe('Direct prompt injection')
  })

  it('has the defaults filled in', () => {
    expect(extended.modes[17]).toMatchObject({
      status: 'active',
      variants: [],
      supersededBy: [],
      compromiseNote: null,
    })
  })

  it('brings its mitigations, questions and lists along', () => {
    expect(extended.mitigations.at(-1)!.id).toBe('prompt-injection-m1')
    expect(
      extended.threatPrompts.filter((p) => p.modes.includes('prompt-injection')).map((p) => p.id),
    ).toEqual(['C10'])
    expect(extended.schemes.map((s) => s.id)).toContain('owasp-llm')
  })

  it('leaves the catalogue that it extends untouched', () => {
    expect(catalogue.modes).toHaveLength(17)
    expect(modeBySlug('prompt-injection')).toBeUndefined()
    expect(Object.isFrozen(extended.modes[17]!.crosswalk[0])).toBe(true)
  })

  it('survives the way to JSON and back', () => {
    const json = catalogueToJson(extended)
    expect(catalogueFromJson(json)).toEqual(extended)
    expect(catalogueToJson(catalogueFromJson(json))).toBe(json)
  })

  it('is accepted by the JSON Schema for such files, and refused by it when a field is missing or misspelt', () => {
    const validate = ajv.compile(modeFileJsonSchema())
    expect(validate(promptInjection), ajv.errorsText(validate.errors)).toBe(true)
    const { overview, ...without } = promptInjection
    expect(validate(without)).toBe(false)
    expect(validate({ ...without, overveiw: overview })).toBe(false)
  })

  it('is refused with the place of the mistake', () => {
    expect(() => extendCatalogue(catalogue, { ...promptInjection, kind: 'accidental' })).toThrow(/kind/)
    expect(() => extendCatalogue(catalogue, { ...promptInjection, sulg: 'x' })).toThrow(/sulg/)
    expect(() => extendCatalogue(catalogue, 'not an object')).toThrow(/not valid/)
  })

  it('may not take a number, a slug or a mitigation id that is taken', () => {
    expect(() => extendCatalogue(catalogue, { ...promptInjection, number: 3 })).toThrow(/number 3/)
    expect(() => extendCatalogue(catalogue, { ...promptInjection, slug: 'poisoning' })).toThrow(
      /"poisoning" is defined twice/,
    )
    expect(() => extendCatalogue(extended, promptInjection)).toThrow(/prompt-injection-m1/)
  })

  it('may not lean on anything that does not exist', () => {
    expect(() => extendCatalogue(catalogue, { ...promptInjection, brings: {} })).toThrow(/owasp-llm/)
    expect(() => extendCatalogue(catalogue, { ...promptInjection, extends: ['telepathy'] })).toThrow(
      /telepathy/,
    )
  })
})

describe('the JSON export', () => {
  const validate = ajv.compile(catalogueJsonSchema())

  it('is valid under the exported JSON Schema', () => {
    expect(validate(JSON.parse(catalogueToJson(catalogue))), ajv.errorsText(validate.errors)).toBe(true)
  })

  it('stays valid with a mode added', () => {
    const json = catalogueToJson(extendCatalogue(catalogue, promptInjection))
    expect(validate(JSON.parse(json)), ajv.errorsText(validate.errors)).toBe(true)
  })

  it('is refused by that schema when a severity is not one of the four', () => {
    const broken = structuredClone(JSON.parse(catalogueToJson(catalogue)))
    broken.bugBars[0].rules[0].severity = 'Critical'
    expect(validate(broken)).toBe(false)
  })

  it('loses nothing and gives the same bytes each time', () => {
    const json = catalogueToJson(catalogue)
    expect(JSON.parse(json)).toEqual(catalogue)
    expect(catalogueToJson(catalogueFromJson(json))).toBe(json)
  })

  it('is read back only if it is JSON and fits together', () => {
    expect(() => catalogueFromJson('{')).toThrow(/not JSON/)
    expect(() => catalogueFromJson('{}')).toThrow(/does not fit/)
  })
})
