// What a triage guide must be able to do, checked when the catalogue is put together: each published mode has
// symptoms, some answer supports it, and any two modes are told apart by some question. A mode added later may do
// without, since it is still found by its own texts and listed as possible.
import type { Catalogue, TriageReading } from './schema.ts'

export function triageProblems({ modes, triage }: Pick<Catalogue, 'modes' | 'triage'>): string[] {
  const published = modes.filter((mode) => mode.number !== null && mode.status === 'active')
  const readings = triage.questions.flatMap(({ yes, no }) => [yes, no])
  const problems: string[] = []
  for (const { slug } of published) {
    if (!triage.symptoms.some(({ mode, says }) => mode === slug && says.length > 0))
      problems.push(`The triage guide has no symptoms of "${slug}".`)
    if (!readings.some(({ supports }) => supports.includes(slug)))
      problems.push(`No answer of the triage guide supports "${slug}".`)
  }
  published.forEach(({ slug: first }, index) => {
    for (const { slug: second } of published.slice(index + 1)) {
      if (!readings.some((reading) => says(reading, first) !== says(reading, second)))
        problems.push(`No question of the triage guide tells "${first}" from "${second}".`)
    }
  })
  return problems
}

function says({ supports, against, rulesOut }: TriageReading, mode: string): string {
  if (rulesOut.includes(mode)) return 'ruled out'
  if (supports.includes(mode)) return 'supported'
  return against.includes(mode) ? 'weakened' : 'untouched'
}
