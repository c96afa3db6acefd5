// What shows the loss: the table of accuracies, a curve for each corruption, and one image under every corruption as
// the model saw it. The image is one that the model has right when clean and loses most often.
import type { CheckContext, Evidence, Measured } from '@failmode/core'
import type { Answers, CellAnswers } from './answers.ts'
import { corruptStep } from './corrupt-step.ts'
import type { CommonCorruptionOptions } from './options.ts'

export function tableAndCurves({ cells }: Answers): readonly Evidence[] {
  const severities = [...new Set(cells.map(({ severity }) => severity))].sort()
  const corruptions = [...new Set(cells.map(({ corruption }) => corruption))]
  const rows = corruptions.map((corruption) => ({
    corruption,
    accuracies: severities.map((severity) =>
      accuracy(cells.find((cell) => cell.corruption === corruption && cell.severity === severity)!),
    ),
  }))
  return [
    {
      kind: 'table',
      sample: false,
      title: 'Accuracy by corruption and severity',
      columns: ['corruption', ...severities.map((severity) => `severity ${severity}`), 'mean'],
      rows: rows.map(({ corruption, accuracies }) => [
        corruption,
        ...accuracies,
        accuracies.reduce((a, b) => a + b) / accuracies.length,
      ]),
    },
    {
      kind: 'curve',
      title: 'Accuracy as corruption grows',
      x: { label: 'severity' },
      y: { label: 'accuracy', unit: 'fraction' },
      series: rows.map(({ corruption, accuracies }) => ({
        label: corruption,
        points: accuracies.map((y, i) => ({ x: severities[i]!, y })),
      })),
    },
  ]
}

function accuracy({ correct }: CellAnswers): number {
  return correct.reduce<number>((sum, x) => sum + x, 0) / correct.length
}

export interface Shown {
  readonly evidence: readonly Evidence[]
  readonly sanity: NonNullable<Measured['sanity']>
}

/** Asks once more for one image under every corruption at the strongest severity, and stores what was shown. */
export async function showSample(
  { split, indices, truth, clean, cells }: Answers,
  context: CheckContext<CommonCorruptionOptions>,
): Promise<Shown> {
  const row = mostHarmed(clean, cells)
  const severity = Math.max(...cells.map((cell) => cell.severity))
  const strongest = cells.filter((cell) => cell.severity === severity)
  const shown = await Promise.all(
    strongest.map(async ({ correct: _, predictions, ...cell }) => {
      const { corruption } = cell
      const input = { ...cell, split, indices: [indices[row]!], pictures: true, reference: null }
      const { output } = await context.step(corruptStep, input)
      return { corruption, before: predictions[row]!, after: output.predictions[0]!, ...output.pictures[0]! }
    }),
  )
  const name = (k: number) => context.system.model?.labels[k] ?? String(k)
  const changed = shown.filter(({ before, after }) => before !== after).length
  return {
    evidence: [
      {
        kind: 'images',
        title: `Sample ${indices[row]} under every corruption, severity ${severity}`,
        caption: `The right answer is ${name(truth[row]!)}.`,
        images: [
          { label: 'clean', ...shown[0]!.clean, sample: true },
          ...shown.map(({ corruption, after, corrupted }) => ({
            label: `${corruption}: ${name(after)}`,
            ...corrupted,
            sample: true,
          })),
        ],
      },
    ],
    sanity: [
      {
        id: 'repeatable',
        fired: changed > 0,
        meaning:
          changed > 0
            ? `The same image was asked about twice and ${changed} of ${shown.length} answers changed: the model is not deterministic, and every number here has that noise in it.`
            : 'The same corrupted images asked about twice got the same answers.',
      },
    ],
  }
}

/** The image that is wrong in most cells, of those that are right when clean; the first of equals. */
function mostHarmed(clean: Answers['clean'], cells: Answers['cells']): number {
  const harm = clean.map((right, i) => right * cells.filter(({ correct }) => correct[i] === 0).length)
  return harm.indexOf(Math.max(...harm))
}
