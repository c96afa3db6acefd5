// Galleries: pictures where samples are pictures, else a table that names them by their place in the data.
import type { CheckContext, Evidence } from '@failmode/core'
import { isPicture } from '../steps/sample-image.ts'
import { showStep } from '../steps/show-samples.ts'
import type { NaturalOptions } from './options.ts'

export interface GalleryRow {
  /** Place in the data set. */
  readonly index: number
  readonly predicted: number
  readonly given: number
  readonly confidence: number
  /** Such as the class that a label should have been. */
  readonly note?: string
}

/** The evidence, or none when there are no rows. */
export async function gallery(
  { system, options, step }: CheckContext<NaturalOptions>,
  split: string,
  {
    title,
    caption,
    rows,
  }: { readonly title: string; readonly caption: string; readonly rows: readonly GalleryRow[] },
): Promise<readonly Evidence[]> {
  const shown = rows.slice(0, options.shown)
  if (shown.length === 0) return []
  const name = (k: number) => system.model?.labels[k] ?? String(k)
  const sure = (confidence: number) => Number((100 * confidence).toFixed(1))
  const full = `${title}${shown.length < rows.length ? `: ${shown.length} of ${rows.length}` : ''}`
  if (!isPicture(system.data[split]?.sampleShape ?? [])) {
    return [
      {
        kind: 'table',
        title: full,
        // Places in the files, and nothing of what stands there.
        sample: false,
        columns: ['sample', 'says', 'is', 'sure (%)', 'note'],
        rows: shown.map(({ index, predicted, given, confidence, note }) => [
          index,
          name(predicted),
          name(given),
          sure(confidence),
          note ?? '',
        ]),
      },
    ]
  }
  const { output } = await step(showStep, { split, indices: shown.map(({ index }) => index) })
  return [
    {
      kind: 'images',
      title: full,
      caption,
      images: shown.map(({ predicted, given, confidence, note }, i) => ({
        label: `says ${name(predicted)} (${sure(confidence)} %), is ${name(given)}${note === undefined ? '' : `; ${note}`}`,
        ...output.pictures[i]!,
        sample: true,
      })),
    },
  ]
}
