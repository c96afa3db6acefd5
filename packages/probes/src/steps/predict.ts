import type { StepHandler } from '@failmode/core'

/**
 * Predicted class indices of unmodified samples. Every check that needs clean predictions asks for this step
 * with the same input, so the model answers once and the journal serves the rest.
 */
export const predictLabels: StepHandler<
  { readonly split: string; readonly indices: readonly number[] },
  { readonly labels: readonly number[] }
> = {
  name: 'model/predict-labels',
  version: 1,
  async run({ split, indices }, context) {
    const samples = await context.samples(split)
    const model = await context.model('label')
    return { labels: Array.from(await model.labels(samples.read(indices))) }
  },
}

/** What another model says of unmodified samples; `name` is its name among the references. */
export const referenceLabels: StepHandler<
  { readonly name: string; readonly split: string; readonly indices: readonly number[] },
  { readonly labels: readonly number[] }
> = {
  name: 'model/predict-labels-of-reference',
  version: 1,
  async run({ name, split, indices }, context) {
    const samples = await context.samples(split)
    const model = await context.reference(name, 'label')
    return { labels: Array.from(await model.labels(samples.read(indices))) }
  },
}
