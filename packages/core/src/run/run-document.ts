// run.json, schema version 1: the single source of every report. The zod schemas below are the contract; the
// types are read off them, and `failmode schema run` prints them as JSON Schema. Large things (pictures,
// per-sample outcomes) are files of the run folder, named here by path and digest.
import { OwnBugBar } from '@failmode/catalogue'
import { z } from 'zod'
import { gateConfigSchema } from '../rating/gate.ts'
import {
  accessSchema,
  budgetSchema,
  knowledgeSchema,
  outcomeSchema,
  safetySeveritySchema,
  scaleSchema,
  sdlSeveritySchema,
  taskSchema,
} from '../words.ts'

export const schemaVersion = 1

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/)

export const blobSchema = z
  .object({
    path: z.string().describe('file inside the run folder, forward slashes'),
    sha256: sha256Schema,
    bytes: z.int().nonnegative(),
    mediaType: z.string(),
  })
  .describe('a file of the run folder')

export const intervalSchema = z.object({
  low: z.number(),
  high: z.number(),
  confidence: z.number().describe('such as 0.95'),
  method: z.string().describe('such as wilson'),
})

export const costSchema = z.object({
  queries: z.int().nonnegative().describe('samples evaluated'),
  gradients: z.int().nonnegative().describe('samples differentiated'),
})

const cellSchema = z.union([z.string(), z.number(), z.null()])

const axisSchema = z.object({
  label: z.string(),
  unit: z.string().optional(),
  scale: z.enum(['linear', 'log']).optional().describe('linear unless said; log takes values above 0 only'),
})

export const evidenceSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('images'),
    title: z.string(),
    caption: z.string().optional(),
    images: z.array(
      z.object({
        label: z.string(),
        blob: blobSchema,
        width: z.int().positive(),
        height: z.int().positive(),
        /** Where the picture came from; share-safe reports leave pictures of samples out. */
        sample: z.boolean().describe('true when the picture shows data of the user'),
      }),
    ),
  }),
  z.object({
    kind: z.literal('table'),
    title: z.string(),
    columns: z.array(z.string()),
    rows: z.array(z.array(cellSchema)),
    sample: z
      .boolean()
      .optional()
      .describe('false when no cell holds data of the user; share-safe reports leave the others out'),
  }),
  z.object({
    kind: z.literal('curve'),
    title: z.string(),
    x: axisSchema,
    y: axisSchema,
    series: z.array(
      z.object({
        label: z.string(),
        points: z.array(
          z.object({ x: z.number(), y: z.number(), low: z.number().optional(), high: z.number().optional() }),
        ),
      }),
    ),
  }),
  z.object({
    kind: z.literal('file'),
    title: z.string(),
    path: z.string(),
    expected: z.string().nullable(),
    actual: z.string().nullable(),
  }),
])

export const measurementSchema = z.object({
  name: z.string().regex(/^[a-z0-9]+([.-][a-z0-9]+)*$/),
  value: z.number(),
  unit: z.string().describe('fraction, count, queries, l2, linf, ...'),
  interval: intervalSchema.optional(),
  n: z.int().nonnegative().describe('how many things the value was computed from'),
  denominator: z.string().describe('what n counts, in words'),
  attack: z.string().optional().describe('attack or stress that gave the value'),
  variant: z.string().optional(),
  access: accessSchema.optional(),
  knowledge: z.array(knowledgeSchema).optional(),
  cost: costSchema.optional(),
  seed: z.int().optional(),
  slice: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  evidence: z.array(evidenceSchema).optional(),
  samples: z
    .object({ blob: blobSchema, column: z.string() })
    .optional()
    .describe(
      'per-sample outcomes behind the value, so that two runs can be compared in pairs; 1 is good, or more is better',
    ),
})

export const detectableSchema = z
  .object({ measurement: z.string(), value: z.number(), text: z.string() })
  .describe('the smallest effect that this n could have shown')

export const checkResultSchema = z.object({
  id: z.string(),
  probe: z.string(),
  title: z.string(),
  variant: z.string().nullable(),
  access: accessSchema.nullable(),
  knowledge: z.array(knowledgeSchema),
  outcome: outcomeSchema,
  reason: z.string(),
  notCovered: z.array(z.string()),
  detectable: detectableSchema.nullable(),
  measurements: z.array(measurementSchema),
  cost: costSchema,
  /** Answers to rating facts that this check measured, for the judge. */
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
})

export const modeResultSchema = z.object({
  id: z.string(),
  number: z.int().nullable(),
  slug: z.string(),
  name: z.string(),
  outcome: outcomeSchema,
  reason: z.string(),
  checks: z.array(checkResultSchema),
  measurements: z.array(measurementSchema).describe('headline measurements of the mode'),
})

export const findingSchema = z.object({
  id: z.string(),
  fingerprint: sha256Schema,
  title: z.string(),
  mode: z.string(),
  variant: z.string().nullable(),
  check: z.string(),
  severity: z.union([sdlSeveritySchema, safetySeveritySchema]),
  scale: scaleSchema,
  rule: z.object({
    id: z.string(),
    bar: z.string(),
    text: z.string().describe('the rule in words'),
    /** Facts nobody answered, with what another answer would change. */
    open: z.array(z.object({ fact: z.string(), question: z.string(), effect: z.string() })),
    /** Published bars that rate the same otherwise, since they disagree on some modes. */
    elsewhere: z
      .array(z.object({ bar: z.string(), severity: sdlSeveritySchema, text: z.string() }))
      .optional()
      .describe('what other bug bars say, where that differs'),
  }),
  description: z.string(),
  evidence: z.array(evidenceSchema),
  measurements: z.array(z.string()).describe('names of the measurements it rests on'),
  reproduce: z.string().describe('a command line'),
  mitigations: z.array(z.string()).describe('ids of the catalogue'),
  waived: z.object({ reason: z.string(), owner: z.string(), until: z.string() }).nullable(),
  baseline: z
    .object({ status: z.enum(['new', 'worse', 'known', 'within-noise']), reason: z.string() })
    .optional()
    .describe(
      'against the baseline, where there is one; what is known or within noise does not fail the gate',
    ),
})

export const sanityEntrySchema = z.object({
  id: z.string(),
  check: z.string(),
  fired: z.boolean(),
  meaning: z.string(),
  settledBy: z
    .string()
    .optional()
    .describe('an attack that what fired does not hold for, and whose result therefore stands'),
  concerns: z
    .array(z.string())
    .optional()
    .describe('checks that may not say that nothing was found, when this fired; `check` alone when absent'),
  voids: z.boolean().optional().describe('whether what those checks found does not stand either'),
})

export const runDocumentSchema = z.object({
  schemaVersion: z.literal(schemaVersion),
  id: z.string(),
  tool: z.object({ name: z.literal('failmode'), version: z.string(), catalogue: z.string() }),
  createdAt: z.iso.datetime(),
  seed: z.int(),
  budget: z.object({ name: budgetSchema, maxQueries: z.int().nullable() }),
  system: z.object({
    name: z.string(),
    task: taskSchema,
    digest: sha256Schema,
    config: z.string().nullable().describe('name of the configuration file'),
    model: z
      .object({
        kind: z.string(),
        digest: sha256Schema,
        access: z.array(accessSchema),
        missingAccess: z.record(z.string(), z.string()),
        sampleShape: z.array(z.int()),
        classes: z.int(),
        labels: z.array(z.string()),
        output: z.string(),
        gradientNotes: z
          .array(z.object({ operator: z.string(), kind: z.literal('straight-through') }))
          .optional()
          .describe('operators that gradients go through by an estimate'),
        note: z.string().optional().describe('what has to be known to read the results'),
      })
      .nullable(),
    data: z.record(
      z.string(),
      z.object({
        digest: sha256Schema,
        count: z.int(),
        sampleShape: z.array(z.int()),
        labelled: z.boolean(),
      }),
    ),
    artifacts: z.array(z.string()),
    assets: z.record(z.string(), z.union([z.string(), z.boolean()])),
    options: z.record(z.string(), z.unknown()).describe('options of each probe, defaults filled in'),
    authorized: z.object({ by: z.string(), scope: z.string(), until: z.string() }).nullable(),
  }),
  environment: z.object({
    runtime: z.string(),
    platform: z.string(),
    cpu: z.string(),
    workers: z.int(),
    threadsPerWorker: z.int(),
    libraries: z.record(z.string(), z.string()),
  }),
  complete: z.boolean().describe('false when the run was interrupted and can be resumed'),
  bugBar: z.string(),
  ownBugBar: OwnBugBar.optional().describe('the bar itself, where it is not a published one'),
  modes: z.array(modeResultSchema),
  findings: z.array(findingSchema),
  sanity: z.array(sanityEntrySchema),
  gate: z
    .object({
      passed: z.boolean(),
      incomplete: z.boolean(),
      reasons: z.array(z.string()),
      config: gateConfigSchema.describe('the gate as it was configured, so that it can be applied again'),
      failOn: sdlSeveritySchema.nullable(),
      safety: safetySeveritySchema.nullable(),
    })
    .nullable(),
  timing: z
    .object({
      seconds: z.number(),
      steps: z.int(),
      reusedSteps: z.int(),
      checks: z.record(z.string(), z.number()),
      transport: z
        .object({
          requests: z.int().nonnegative().describe('repeated ones counted'),
          retries: z.int().nonnegative().describe('requests that were sent because an earlier one failed'),
          samples: z.int().nonnegative().describe('in all requests, repeated ones counted'),
        })
        .optional()
        .describe(
          'what was really sent to a model behind an address; a resumed run counts from its resumption',
        ),
    })
    .describe('outside the promise of repeatability; never enters a verdict'),
})

export type Blob = z.infer<typeof blobSchema>
export type Evidence = z.infer<typeof evidenceSchema>
export type ImageEvidence = Extract<Evidence, { kind: 'images' }>
export type Measurement = z.infer<typeof measurementSchema>
export type Detectable = z.infer<typeof detectableSchema>
export type CheckResult = z.infer<typeof checkResultSchema>
export type ModeResult = z.infer<typeof modeResultSchema>
export type Finding = z.infer<typeof findingSchema>
export type SanityEntry = z.infer<typeof sanityEntrySchema>
export type RunDocument = z.infer<typeof runDocumentSchema>

/** run.json's schema as JSON Schema (draft 2020-12). */
export function runJsonSchema(): unknown {
  return { title: 'failmode run', ...z.toJSONSchema(runDocumentSchema) }
}
