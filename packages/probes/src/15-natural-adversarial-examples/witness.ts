// Which model is asked, and by what samples are near each other. The model under test is never asked which samples are
// alike when its labels are checked: it puts what it takes for one class in one place, and so makes a hard group look like
// wrong labels.
import type { ModelByAccess, ModelFacts, Scores, StepContext, SystemFacts } from '@failmode/core'

export type Who =
  | { readonly kind: 'model' }
  | { readonly kind: 'surrogate' }
  | { readonly kind: 'reference'; readonly name: string }

export type Embedding =
  | { readonly kind: 'pixels' }
  /** What goes into the model's last layer. */
  | { readonly kind: 'weights'; readonly who: Who }
  | { readonly kind: 'scores'; readonly who: Who }

export interface Witness {
  readonly who: Who
  readonly facts: ModelFacts
}

/** Other models that give scores for the same samples and classes, in the order of their names; the surrogate last. */
export function otherModels({ model, references = {}, surrogate }: SystemFacts): readonly Witness[] {
  const all: Witness[] = Object.keys(references)
    .sort()
    .map((name) => ({ who: { kind: 'reference', name }, facts: references[name]! }))
  if (surrogate != null) all.push({ who: { kind: 'surrogate' }, facts: surrogate })
  return all.filter(
    ({ facts }) =>
      facts.access.includes('score') &&
      facts.digest !== model?.digest &&
      facts.classes === model?.classes &&
      facts.sampleShape.join() === model.sampleShape.join(),
  )
}

/** By what samples are near each other when labels are checked. */
export function chooseEmbedding(system: SystemFacts, wanted: 'auto' | 'pixels'): Embedding {
  const others = wanted === 'pixels' ? [] : otherModels(system)
  const open = others.find(({ facts }) => facts.access.includes('weights'))
  if (open !== undefined) return { kind: 'weights', who: open.who }
  return others[0] === undefined ? { kind: 'pixels' } : { kind: 'scores', who: others[0].who }
}

export function nameOf(who: Who): string {
  if (who.kind === 'model') return 'the model itself'
  return who.kind === 'surrogate' ? 'the surrogate' : `the reference model "${who.name}"`
}

/** As in "samples are compared by ...". */
export function embeddingText(embedding: Embedding): string {
  if (embedding.kind === 'pixels') return 'their own numbers, coarsened where they are many'
  return embedding.kind === 'weights'
    ? `what goes into the last layer of ${nameOf(embedding.who)}`
    : `the scores of ${nameOf(embedding.who)}`
}

export function ask<A extends 'score' | 'weights'>(
  context: StepContext,
  who: Who,
  { access, maxQueries }: { readonly access: A; readonly maxQueries: number },
): Promise<ModelByAccess[A]> {
  if (who.kind === 'model') return context.model(access, { maxQueries })
  return who.kind === 'surrogate' ? context.surrogate(access) : context.reference(who.name, access)
}

/** Scores as places: logits as they are, probabilities by their logarithm. [N * classes] */
export function placesOf({ kind, data }: Scores): Float32Array {
  return kind === 'logits' ? data : data.map((p) => Math.log(Math.max(p, 1e-6)))
}
