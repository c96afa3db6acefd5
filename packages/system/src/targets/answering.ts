// From the numbers that a model answers with to the interfaces that checks see. A label model never hands out a
// score: the class is taken here. Models of all kinds share this, so that one form of answer means the same wherever
// the model is.
import { FailmodeError, type LabelModel, type ModelFacts, type ScoreModel, type Tensor } from '@failmode/core'

/** `pair`: one number per class; `single`: one number, the score of class 1 of two; `labels`: the class. */
export type AnswerForm = 'pair' | 'single' | 'labels'

/** The answers of one call. */
export interface AnsweredPart {
  /** Row-major; only the first `count` rows mean something. */
  readonly data: Float32Array
  readonly count: number
}

export interface Answering {
  readonly facts: Pick<ModelFacts, 'classes' | 'output'>
  readonly form: AnswerForm
  /** Asks for all rows of `x`, in order, in as many calls as the model needs. */
  readonly ask: (x: Tensor) => AsyncIterable<AnsweredPart>
}

export function labelModel({ facts, form, ask }: Answering): LabelModel {
  return {
    async labels(x) {
      const result = new Int32Array(x.dims[0] as number)
      let at = 0
      for await (const { data, count } of ask(x)) {
        for (let row = 0; row < count; row++, at++) result[at] = classOf(data, row, { facts, form })
      }
      return result
    },
  }
}

export function scoreModel({ facts, form, ask }: Answering): ScoreModel {
  const { classes, output } = facts
  return {
    async scores(x) {
      const data = new Float32Array((x.dims[0] as number) * classes)
      let at = 0
      for await (const part of ask(x)) {
        data.set(
          scoresOf(part.data.subarray(0, part.count * (form === 'pair' ? classes : 1)), { facts, form }),
          at,
        )
        at += part.count * classes
      }
      return { kind: output === 'probabilities' ? 'probabilities' : 'logits', data, classes }
    },
  }
}

/** Rows of one number a class, from rows of the answer's form. */
export function scoresOf(
  data: Float32Array,
  { facts, form }: Pick<Answering, 'facts' | 'form'>,
): Float32Array {
  if (form === 'pair') return data
  const scores = new Float32Array(data.length * 2)
  for (let row = 0; row < data.length; row++) {
    const value = data[row] as number
    scores[row * 2] = facts.output === 'probabilities' ? 1 - value : 0
    scores[row * 2 + 1] = value
  }
  return scores
}

function classOf(
  data: Float32Array,
  row: number,
  { facts, form }: Pick<Answering, 'facts' | 'form'>,
): number {
  if (form === 'labels') {
    const value = data[row] as number
    if (Number.isInteger(value) && value >= 0 && value < facts.classes) return value
    throw new FailmodeError('model-failed', {
      message: `the model answered with class ${value}, expected 0 to ${facts.classes - 1}.`,
      hint: 'Name all classes of the model, in its order, in "labels" of the configuration.',
    })
  }
  if (form === 'single') return (data[row] as number) > (facts.output === 'probabilities' ? 0.5 : 0) ? 1 : 0
  const from = row * facts.classes
  let best = 0
  for (let k = 1; k < facts.classes; k++) {
    if ((data[from + k] as number) > (data[from + best] as number)) best = k
  }
  return best
}
