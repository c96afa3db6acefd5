// The operating domain as a user declares it: factors such as weather, each with levels such as rain, how likely a level is
// in use and how much a mistake costs there. A factor says how its level is read of a sample: from a column of the
// metadata (or a pattern in it, such as of file names), or from something measured on the sample itself. A level may say how
// it is made of a sample that does not have it, so that what no test shows can still be tested.
import { z } from 'zod'

const text = z.string().min(1)
const name = z
  .string()
  .regex(/^[^\s"][^"]*$/, 'expected a name without quotation marks that begins with no space')
  .max(60)

/** What can be measured on a picture without a model; `measurePicture` of the probe says how. */
export const measuredProperties = ['brightness', 'contrast', 'sharpness', 'saturation', 'size'] as const
export type MeasuredProperty = (typeof measuredProperties)[number]

const fromSchema = z.union([
  z.strictObject({
    metadata: text.describe('column of the metadata; `file` is the path of a sample that was a file'),
    pattern: z
      .string()
      .min(1)
      .optional()
      .describe('regular expression whose first group (or whole match) in the column is the level'),
  }),
  z.strictObject({
    measured: z
      .enum(measuredProperties)
      .describe(
        'property of the picture: mean light, its standard deviation, the standard deviation of its Laplacian (low where blurred), mean saturation, or the share of the picture in the box around all that is unlike its rim',
      ),
  }),
])

const severity = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)])
const share = z.number().gt(0).max(1)

/** How a condition is made of a sample without it. */
const makeSchema = z.union([
  z.strictObject({
    corruption: text.describe('name of a common corruption, such as fog'),
    severity: severity.default(3),
  }),
  z.strictObject({
    occlude: share.describe('share of the picture behind a grey square'),
    at: z.enum(['centre', 'anywhere']).default('anywhere'),
  }),
  z.strictObject({
    remove: z
      .tuple([share.or(z.literal(0)), share.or(z.literal(0)), share, share])
      .describe('left, top, right, bottom of the object as shares of the picture; filled in from around it'),
  }),
  z.strictObject({
    input: z
      .enum(['blank', 'stale', 'wrong'])
      .describe('nothing; the last sample of another class before this one; any sample of another class'),
  }),
  z.strictObject({ dropout: share.describe('share of the rows of the sensor that give nothing') }),
])
export type MakeCondition = z.infer<typeof makeSchema>

const levelSchema = z
  .strictObject({
    share: z.number().min(0).max(1).optional().describe('how much of operation has this level'),
    cost: z.number().min(0).optional().describe('what a mistake costs here, beside 1 elsewhere'),
    values: z
      .array(z.string())
      .min(1)
      .optional()
      .describe('texts that mean this level; its name unless said'),
    from: z.number().optional().describe('what is measured, or the number in the column, is at least this'),
    below: z.number().optional().describe('what is measured, or the number in the column, is less than this'),
    make: makeSchema.optional().describe('how it is made of a sample without it'),
    expect: z
      .union([z.literal('same'), z.literal('unsure'), text])
      .optional()
      .describe(
        'what is right where it was made: the same class, no confident answer, or the class of this name; by default no confident answer to a blank, stale or wrong input, the same class otherwise',
      ),
    of: z
      .array(text)
      .min(1)
      .optional()
      .describe('names of the classes whose samples it is made of; all unless said'),
  })
  .superRefine((level, context) => {
    if (level.from !== undefined && level.below !== undefined && level.from >= level.below)
      context.addIssue({ code: 'custom', path: ['below'], message: 'is not above "from"' })
    for (const key of ['expect', 'of'] as const)
      if (level[key] !== undefined && level.make === undefined)
        context.addIssue({ code: 'custom', path: [key], message: 'stands alone, expected "make" beside it' })
    if (level.make !== undefined && 'remove' in level.make) {
      const [left, top, right, bottom] = level.make.remove
      if (left >= right || top >= bottom)
        context.addIssue({
          code: 'custom',
          path: ['make', 'remove'],
          message: 'is not left, top, right, bottom with left before right and top before bottom',
        })
    }
  })

const factorSchema = z
  .strictObject({
    from: fromSchema
      .optional()
      .describe('how the level is read of a sample; a factor without it is only made'),
    levels: z.record(name, levelSchema),
  })
  .superRefine((factor, context) => {
    const levels = Object.entries(factor.levels)
    if (levels.length < 2 || levels.length > 64)
      context.addIssue({
        code: 'custom',
        path: ['levels'],
        message: `names ${levels.length}, expected 2 to 64`,
      })
    const total = levels.reduce((sum, [, level]) => sum + (level.share ?? 0), 0)
    if (total > 1 + 1e-9)
      context.addIssue({
        code: 'custom',
        path: ['levels'],
        message: `have shares of ${total} together, expected at most 1`,
      })
    if (levels.every(([, level]) => level.share !== undefined) && total < 1 - 1e-6)
      context.addIssue({
        code: 'custom',
        path: ['levels'],
        message: `have shares of ${total} together, expected 1`,
      })
    const { from } = factor
    if (from !== undefined && 'metadata' in from && from.pattern !== undefined) {
      try {
        new RegExp(from.pattern, 'u')
      } catch {
        context.addIssue({
          code: 'custom',
          path: ['from', 'pattern'],
          message: 'is not a regular expression',
        })
      }
    }
    for (const [key, level] of levels) {
      const bounded = level.from !== undefined || level.below !== undefined
      const measured = from !== undefined && 'measured' in from
      if (measured && level.make === undefined && !bounded)
        context.addIssue({
          code: 'custom',
          path: ['levels', key],
          message: 'says neither "from" nor "below", expected a range of what is measured',
        })
      if (from === undefined && bounded)
        context.addIssue({
          code: 'custom',
          path: ['levels', key],
          message: 'has a range, but the factor does not say "from" what',
        })
      if (bounded && level.values !== undefined)
        context.addIssue({
          code: 'custom',
          path: ['levels', key],
          message: 'has both a range and values, expected one of them',
        })
      if (
        from === undefined &&
        level.make === undefined &&
        levels.filter(([, one]) => one.make === undefined).length > 1
      )
        context.addIssue({
          code: 'custom',
          path: ['levels', key],
          message: 'cannot be read or made, expected "from" at the factor, or "make"',
        })
    }
    for (const [i, [key, level]] of levels.entries())
      for (const [other, earlier] of levels.slice(0, i))
        if (overlap([other, earlier], [key, level]))
          context.addIssue({
            code: 'custom',
            path: ['levels', key],
            message: `takes what "${other}" takes, expected levels that exclude each other`,
          })
  })

/** Whether one reading could mean both levels. */
function overlap(...[[a, first], [b, second]]: [[string, Level], [string, Level]]): boolean {
  const [one, two] = [rangeOf(first), rangeOf(second)]
  if (one !== null && two !== null) return one.from < two.below && two.from < one.below
  if (one !== null || two !== null) return false
  const taken = new Set(valuesOf(a, first))
  return valuesOf(b, second).some((value) => taken.has(value))
}

/** The numbers that a level takes, [from, below); null where it has no range. */
export function rangeOf({ from, below }: Pick<Level, 'from' | 'below'>): {
  readonly from: number
  readonly below: number
} | null {
  if (from === undefined && below === undefined) return null
  return { from: from ?? Number.NEGATIVE_INFINITY, below: below ?? Number.POSITIVE_INFINITY }
}

/** The texts that mean the level of this name. */
export function valuesOf(level: string, { values }: Pick<Level, 'values'>): readonly string[] {
  return values ?? [level]
}

export const conditionsSchema = z
  .record(name, factorSchema)
  .refine((factors) => Object.keys(factors).length >= 1, 'names no factor')
  .refine((factors) => Object.keys(factors).length <= 20, 'names more than 20 factors')

export type Factor = z.infer<typeof factorSchema>
export type Level = z.infer<typeof levelSchema>
/** Factors by name. */
export type Conditions = z.infer<typeof conditionsSchema>
