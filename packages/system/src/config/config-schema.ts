// The shape of a configuration file: which parts the system under test has and where they are. The schema is
// strict, so a misspelt key is an error and never a silent default. It also takes keys that belong to later
// versions, because a file that is right must not be refused for naming a part that nobody tests yet; whatever
// opens such a part says that it is not in this version. Defaults are not filled in here: what a file does not
// say stays unsaid until the part that needs it decides.
import { conditionsSchema, gateConfigSchema, taskSchema } from '@failmode/core'
import { z } from 'zod'
import { httpSchema } from './http-schema.ts'
import { commandFields, functionFields } from './own-model-schema.ts'

const text = z.string().min(1)
const path = text.describe('path relative to the folder of the configuration')
const count = z.int().min(1)

const rangeSchema = z
  .tuple([z.number(), z.number()])
  .refine(([low, high]) => low < high, 'has its ends in the wrong order, expected [low, high]')

/** Element types of the tensors that take samples. */
export const elementTypes = ['float32', 'float64', 'float16', 'uint8', 'int32', 'int64'] as const
export type ElementType = (typeof elementTypes)[number]

const inputFields = {
  layout: z
    .enum(['NCHW', 'NHWC', 'flat'])
    .optional()
    .describe('order in which the model takes a picture; flat is C,H,W in a row, reshaped to `shape`'),
  shape: z
    .array(count)
    .min(1)
    .optional()
    .describe('one sample as the model takes it, in the order of `layout`'),
  channels: z.enum(['RGB', 'BGR']).optional().describe('order of the colours; data are RGB'),
  range: rangeSchema.optional().describe('numbers that 0 and 1 of unit space become before mean and std'),
  mean: z.array(z.number()).min(1).optional().describe("one number a channel, in the model's order"),
  std: z
    .array(z.number().positive())
    .min(1)
    .optional()
    .describe("one number a channel, in the model's order"),
  dtype: z
    .enum(elementTypes)
    .optional()
    .describe('type of the numbers; whole ones are rounded. What the model says, or float32, unless given'),
}

/** How unit space becomes model input: x_model = ((x01 * (hi - lo) + lo) - mean) / std, then `layout`. */
export const inputSchema = z.strictObject(inputFields).superRefine(checkInput)
export type InputBlock = z.infer<typeof inputSchema>

export const outputSchema = z.enum(['logits', 'probabilities', 'labels'])
export type OutputKind = z.infer<typeof outputSchema>

const inputRoleSchema = z.union([
  z
    .strictObject({
      role: z.literal('sample'),
      modality: z.enum(['image', 'text', 'audio', 'tabular']).optional(),
      rate: count.optional().describe('samples a second'),
      ...inputFields,
    })
    .superRefine(checkInput),
  z.strictObject({ role: z.literal('mask') }),
  z.strictObject({ role: z.literal('state'), from: text.describe('the output that feeds it') }),
  z.strictObject({ role: z.literal('constant'), value: z.union([z.number(), z.array(z.number())]) }),
])

const outputRoleSchema = z.union([
  z.strictObject({ role: z.literal('prediction'), scale: outputSchema.optional() }),
  z.strictObject({ role: z.literal('embedding') }),
  z.strictObject({ role: z.literal('state') }),
])

const tensorFields = {
  input: inputSchema.optional(),
  output: outputSchema.optional(),
  inputs: z.record(text, inputRoleSchema).optional(),
  outputs: z.record(text, outputRoleSchema).optional(),
}

const modelSchema = z
  .union([
    z.strictObject({ onnx: path, ...tensorFields }),
    z.strictObject({ http: httpSchema, ...tensorFields }),
    z.strictObject({ ...commandFields, ...tensorFields }),
    z.strictObject({ ...functionFields, ...tensorFields }),
  ])
  .superRefine((model, context) => {
    for (const [short, general] of [
      ['input', 'inputs'],
      ['output', 'outputs'],
    ] as const) {
      if (model[short] !== undefined && model[general] !== undefined) {
        context.addIssue({
          code: 'custom',
          path: [general],
          message: `stands beside "${short}", expected one of them`,
        })
      }
    }
    for (const [key, role] of [
      ['inputs', 'sample'],
      ['outputs', 'prediction'],
    ] as const) {
      const roles = Object.values(model[key] ?? {}) as readonly { readonly role: string }[]
      if (roles.length > 0 && !roles.some((entry) => entry.role === role)) {
        context.addIssue({
          code: 'custom',
          path: [key],
          message: `names no tensor of role "${role}", expected one`,
        })
      }
    }
  })

const dataFields = {
  valueRange: rangeSchema.optional().describe('the numbers that become 0 and 1 of unit space'),
  layout: z.enum(['NCHW', 'NHWC']).optional().describe('order of the dimensions in the data, N counted'),
  metadata: z
    .strictObject({
      file: path
        .optional()
        .describe(
          'table (csv, tsv) with a header and one row a sample, in the order of the data; a table needs none',
        ),
      columns: z.array(text).min(1).optional().describe('columns to keep; all unless said'),
    })
    .refine(
      ({ file, columns }) => file !== undefined || columns !== undefined,
      'names neither a file nor columns of the table',
    )
    .optional()
    .describe('what is known of each sample besides its class: weather, device, region, ...'),
}
const pairSchema = z.strictObject({ inputs: path, labels: path.optional() })
const tableFields = {
  file: path,
  label: z
    .union([text, z.int().min(0)])
    .optional()
    .describe('name or number (from 0) of the column with the class'),
  features: z
    .array(z.union([text, z.int().min(0)]))
    .min(1)
    .optional()
    .describe('columns to use; all but the label unless said'),
  header: z.boolean().optional().describe('whether the first line names the columns'),
  shape: z.array(count).min(1).optional().describe('one row as a picture, such as [1, 28, 28]'),
}
const table = z.strictObject(tableFields)

const schemaFields = {
  schema: z.record(text, z.unknown()).optional().describe('what each column may hold and how it may change'),
}

const dataSchema = z.union([
  z.strictObject({ npy: pairSchema, ...dataFields }),
  z.strictObject({
    npz: z.strictObject({ file: path, inputs: text, labels: text.optional() }),
    ...dataFields,
  }),
  z.strictObject({ idx: pairSchema, ...dataFields }),
  z.strictObject({ images: z.strictObject({ folder: path }), ...dataFields }),
  z.strictObject({ csv: table, ...dataFields, ...schemaFields }),
  z.strictObject({ tsv: table, ...dataFields, ...schemaFields }),
  z.strictObject({ arff: table, ...dataFields, ...schemaFields }),
  z.strictObject({ parquet: table, ...dataFields, ...schemaFields }),
  z.strictObject({ jsonl: table, ...dataFields, ...schemaFields }),
  z.strictObject({ audio: z.strictObject({ folder: path }), ...dataFields }),
])
export type DataSpec = z.infer<typeof dataSchema>
export type TableSpec = z.infer<typeof table>

const trainingSchema = z.union([
  z.strictObject({
    builtin: z.strictObject({
      epochs: count.optional(),
      batch: count.optional(),
      optimizer: z.enum(['sgd', 'adam', 'adamw']).optional(),
      rate: z.number().positive().optional(),
      momentum: z.number().min(0).lt(1).optional(),
      nesterov: z.boolean().optional(),
      decay: z.number().min(0).optional(),
      schedule: z.enum(['constant', 'cosine', 'linear']).optional(),
      clip: z.number().positive().optional().describe('largest norm of the gradient'),
      start: z.enum(['fresh', 'file']).optional().describe('fresh weights, or those of the model file'),
      frozen: z.array(text).optional().describe('weights that stay; * at the end stands for anything'),
      augmentation: z.strictObject({ flip: z.boolean().optional(), shift: count.optional() }).optional(),
    }),
  }),
  z.strictObject({
    command: z.array(text).min(1),
    timeLimit: z.number().positive().optional().describe('seconds; one hour unless given'),
    network: z.boolean().optional().describe('whether the command may use the network'),
  }),
  z.strictObject({
    regressor: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('ols') }),
      z.strictObject({ kind: z.literal('ridge'), alpha: z.number().min(0).optional() }),
      z.strictObject({ kind: z.literal('lasso'), alpha: z.number().min(0).optional() }),
      z.strictObject({
        kind: z.literal('elastic-net'),
        alpha: z.number().min(0).optional(),
        l1Ratio: z.number().min(0).max(1).optional(),
      }),
      z.strictObject({ kind: z.literal('logistic'), c: z.number().positive().optional() }),
    ]),
  }),
])

const authorizedSchema = z.strictObject({
  by: text,
  scope: text,
  until: z.iso.date({ error: 'expected a date such as 2027-01-31' }),
  parserStress: z.boolean().optional(),
})

const reserved = z.unknown().optional().describe('reserved for a later version')

export const systemConfigSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: text,
    task: taskSchema,
    labels: z
      .array(text)
      .min(2)
      .superRefine((labels, context) => {
        const twice = labels.find((label, i) => labels.indexOf(label) !== i)
        if (twice !== undefined) {
          context.addIssue({
            code: 'custom',
            message: `has ${JSON.stringify(twice)} twice, expected different names`,
          })
        }
      })
      .optional()
      .describe('names of the classes, in the order of the model'),
    model: modelSchema.optional(),
    surrogate: z
      .strictObject({ onnx: path, ...tensorFields })
      .optional()
      .describe(
        'another model of the same task that an attacker could have; attacks are carried over from it',
      ),
    references: z
      .record(
        z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'expected a name of letters, digits, - and _'),
        z.strictObject({ onnx: path, ...tensorFields }),
      )
      .optional()
      .describe('other models of the same task that results are set beside, by name'),
    data: z
      .record(
        z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'expected a name of letters, digits, - and _'),
        dataSchema,
      )
      .optional(),
    training: trainingSchema.optional(),
    artifacts: z.array(path).min(1).optional(),
    dependencies: path.optional().describe('the lock file'),
    probes: z
      .record(text, z.record(z.string(), z.unknown()))
      .optional()
      .describe('options of a probe, by mode'),
    assets: z
      .record(text, z.union([z.string(), z.boolean()]))
      .optional()
      .describe('facts that the bug bar turns on'),
    gate: gateConfigSchema.optional(),
    seed: z.int().optional(),
    authorized: authorizedSchema.optional(),
    environment: reserved,
    agent: reserved,
    conditions: conditionsSchema
      .optional()
      .describe('the conditions that the system will meet, factor by factor'),
    feedback: reserved,
    decoder: reserved,
    code: reserved,
    threats: reserved,
    pricePer1000Queries: z.number().positive().optional().describe('what the model costs, in any currency'),
    maxCost: z
      .number()
      .positive()
      .optional()
      .describe('most that a run may cost, in the same currency; limits its queries'),
  })
  .superRefine((config, context) => {
    if (config.maxCost !== undefined && config.pricePer1000Queries === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['maxCost'],
        message: 'stands alone, expected "pricePer1000Queries" beside it',
      })
    }
    const parts = [
      config.model,
      config.data,
      config.artifacts,
      config.dependencies,
      config.training,
      config.environment,
    ]
    if (parts.every((part) => part === undefined)) {
      context.addIssue({
        code: 'custom',
        message:
          'names nothing to test, expected at least one of "model", "data", "artifacts", "dependencies"',
      })
    }
  })
export type SystemConfig = z.infer<typeof systemConfigSchema>

/** The configuration's schema as JSON Schema (draft 2020-12), for editors. */
export function configJsonSchema(): unknown {
  const schema = z.toJSONSchema(systemConfigSchema, { unrepresentable: 'any', io: 'input' })
  return { title: 'failmode configuration', ...schema }
}

/** Channels of the model's input, or null when the block does not tell. */
export function channelsOf({ layout, shape }: Pick<InputBlock, 'layout' | 'shape'>): number | null {
  if (shape === undefined || shape.length !== 3) return null
  if (layout === 'NCHW') return shape[0]!
  return layout === 'NHWC' ? shape[2]! : null
}

function checkInput(input: InputBlock, context: z.RefinementCtx): void {
  const { layout, shape, channels, mean, std } = input
  const say = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message })
  if (shape !== undefined && shape.length !== 3 && (layout === 'NCHW' || layout === 'NHWC')) {
    const order = layout === 'NCHW' ? 'channels, height, width' : 'height, width, channels'
    say('shape', `has ${numbers(shape.length)}, expected 3 (${order})`)
    return
  }
  const known = channelsOf(input)
  for (const [key, list] of [
    ['mean', mean],
    ['std', std],
  ] as const) {
    if (list !== undefined && known !== null && list.length !== known) {
      say(key, `has ${numbers(list.length)}, expected ${known} (one per channel)`)
    }
  }
  if (known === null && mean !== undefined && std !== undefined && mean.length !== std.length) {
    say('std', `has ${numbers(std.length)}, expected ${mean.length} (as many as "mean")`)
  }
  if (channels === 'BGR' && known !== null && known !== 3) {
    say('channels', `is "BGR", expected it only where there are 3 channels (here ${known})`)
  }
}

function numbers(n: number): string {
  return n === 1 ? '1 number' : `${n} numbers`
}
