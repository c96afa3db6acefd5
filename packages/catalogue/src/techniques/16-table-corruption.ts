// Everyday mistakes in tables, by the names of the table corruptions of the common-corruption probe. Shares are this product's
// own, since nobody has measured how often tables go wrong in general. The paper cited pollutes tables along such
// dimensions of quality and measures what models lose; it does not define these corruptions.
import type { Source, TechniqueInput } from '../schema.ts'
import { arxiv } from './paper.ts'

const stress = { kind: 'stress', modes: ['common-corruption'], access: 'label' } as const

const dataQualityPaper = arxiv(
  '2207.14529',
  'Budach et al. "The effects of data quality on machine learning performance." 2022.',
)

const missingDataPaper: Source = {
  citation: 'Rubin. "Inference and missing data." Biometrika 63(3), 1976.',
  url: 'https://doi.org/10.1093/biomet/63.3.581',
  provenance: 'memory',
}

interface Mistake {
  readonly id: string
  readonly name: string
  readonly aliases?: readonly string[]
  /** What is done to the table, for engineers. */
  readonly rule: string
  /** How it comes about in service, and where to look. */
  readonly trace: string
  /** What it means for those whose row it is. */
  readonly means: string
  readonly limits: string
  readonly source?: Source
}

const mistake = ({
  id,
  name,
  aliases = [],
  rule,
  trace,
  means,
  limits,
  source,
}: Mistake): TechniqueInput => ({
  ...stress,
  id,
  name,
  aliases,
  goal: `Loss of accuracy under ${name}, in five strengths.`,
  say: {
    engineer: `${rule} Columns that are immutable, or that the schema does not name, stay as they are.`,
    responder: `${trace} Keep the rows as they arrived, and what the pipeline made of them.`,
    policy: means,
  },
  limits,
  source: source ?? dataQualityPaper,
})

export const tableCorruption: readonly TechniqueInput[] = [
  mistake({
    id: 'missing-completely-at-random',
    name: 'values missing completely at random',
    aliases: ['MCAR'],
    rule: 'Empties 5 to 50 per cent of the values of each column, all as likely.',
    trace: 'Outages and broken sensors leave such gaps; their times match an incident elsewhere.',
    means:
      'Some answers are simply not there. A drop means that decisions on incomplete applications are worse, whoever made them.',
    limits: 'It is the harmless kind of gap; real gaps mostly have a reason.',
    source: missingDataPaper,
  }),
  mistake({
    id: 'missing-at-random',
    name: 'values missing at random',
    aliases: ['MAR'],
    rule: 'Empties 5 to 50 per cent of the values, nine times as likely where another column is above its median.',
    trace: 'See which column of complete rows foretells the gaps: an office, a form, an age.',
    means:
      'Gaps gather in one group of people. A drop means that this group is judged worse because less is known of it.',
    limits: 'One column decides, by default the first; the one that decides in your data may be another.',
    source: missingDataPaper,
  }),
  mistake({
    id: 'missing-not-at-random',
    name: 'values missing not at random',
    aliases: ['MNAR'],
    rule: 'Empties 5 to 50 per cent of the values, nine times as likely where the value itself is above its median.',
    trace:
      'Nothing in the table shows it, so ask how the value is collected and who has a reason to leave it out.',
    means:
      'People leave out what speaks against them, or what they are ashamed of. A drop means that silence about a value is read wrongly.',
    limits: 'High values go missing here; where low ones do, results differ.',
    source: missingDataPaper,
  }),
  mistake({
    id: 'unit-mix-up',
    name: 'mixed-up units',
    aliases: ['unit confusion'],
    rule: 'Converts 1 to 30 per cent of the values of a column to another unit, such as inches for centimetres or Fahrenheit for Celsius, after the unit in the schema.',
    trace:
      'A second hump in a histogram, at a known factor from the first, gives it away; see which source it comes from.',
    means:
      'A number is right, in the wrong measure. A drop means that a slip that has brought down spacecraft passes unnoticed here.',
    limits:
      'Checks of ranges before the model would catch many of these; test the pipeline and not only the model.',
  }),
  mistake({
    id: 'swapped-columns',
    name: 'swapped columns',
    aliases: ['transposed fields'],
    rule: 'Exchanges two columns of one kind in 1 to 30 per cent of the rows, a pair drawn by chance unless one is named.',
    trace:
      'A changed export or form does it from one day on; look for columns that take on the shape of each other.',
    means:
      'The right answers stand in the wrong boxes. A drop means that a careless form is enough for wrong decisions.',
    limits: 'A pair drawn by chance may be one that nobody would confuse.',
  }),
  mistake({
    id: 'stale-categories',
    name: 'stale categories',
    aliases: ['unseen categories', 'outdated categories'],
    rule: 'Replaces 1 to 30 per cent of the categories by a former spelling, a retired category, or one that never occurred.',
    trace:
      'Count categories by day and look for the first sight of each; lists of codes have dates of change.',
    means:
      'Places, trades and products change their names. A drop means that people under an old or a new name are judged worse.',
    limits: 'What the pipeline does with unknown categories decides more than the model does.',
  }),
  mistake({
    id: 'outliers',
    name: 'outliers',
    aliases: ['extreme values'],
    rule: 'Moves 1 to 20 per cent of the values 1.5 to 10 interquartile ranges beyond the quartiles, or twice as far, within the range of the schema or beyond it as asked.',
    trace: 'Sort each column and look at its ends, then at where these rows came from.',
    means:
      'A few values are absurd, or only rare. A drop means that unusual people get unreliable decisions.',
    limits: 'The values of a row no longer fit each other, which real rare cases do.',
  }),
  mistake({
    id: 'duplicated-rows',
    name: 'duplicated rows',
    aliases: ['duplicate records'],
    rule: 'Appends copies of 1 to 30 per cent of the rows.',
    trace: 'A repeated import or a join on a key that is not one leaves copies; count equal rows by day.',
    means: 'Some people are counted twice. It changes statistics and training rather than single decisions.',
    limits: 'A model that judges row by row gives each copy the same answer, so that accuracy hardly moves.',
  }),
  mistake({
    id: 'rounding',
    name: 'rounded numbers',
    aliases: ['lost precision'],
    rule: 'Rounds all numbers to five down to one significant digit.',
    trace:
      'Spreadsheets and forms round what they show; look for a column that has too many zeros since some day.',
    means: 'People give round figures. A drop means that decisions hang on digits that few of them know.',
    limits: 'Columns of few digits are not touched at the lower strengths.',
  }),
  mistake({
    id: 'decimal-mistakes',
    name: 'decimal comma mistakes',
    aliases: ['decimal point errors', 'misplaced decimal'],
    rule: 'Reads 1 to 30 per cent of the numbers as another country would: 12.5 as 125, and 1234 as 1.234.',
    trace: 'Values off by a power of ten from one country or one program point here.',
    means:
      'Half the world writes a comma where the other half writes a point. A drop means that an amount wrong by a thousand goes through.',
    limits:
      'Numbers with more than three decimals are left alone, so that measured columns may not be touched.',
  }),
]
