// Techniques and measures by any of their names, without regard to case.
import { catalogue } from './catalogue.ts'
import type { Catalogue, Measure, Technique } from './schema.ts'

/** By id, name or alias. */
export function techniqueByName(
  name: string,
  within: Pick<Catalogue, 'techniques'> = catalogue,
): Technique | undefined {
  const wanted = name.toLowerCase()
  return within.techniques.find(({ id, name, aliases }) =>
    [id, name, ...aliases].some((own) => own.toLowerCase() === wanted),
  )
}

/** By the name of a measurement; a number in it stands for the `<f>` of a measure: `tpr-at-fpr-0.01`. */
export function measureByName(
  name: string,
  within: Pick<Catalogue, 'measures'> = catalogue,
): Measure | undefined {
  const wanted = name.toLowerCase()
  return within.measures.find((measure) => {
    const parts = measure.name.split(/<[a-z]>/)
    if (measure.name === wanted || parts.length === 1) return measure.name === wanted
    return new RegExp(`^${parts.map((part) => part.replaceAll('.', '\\.')).join('\\d+(\\.\\d+)?')}$`).test(
      wanted,
    )
  })
}
