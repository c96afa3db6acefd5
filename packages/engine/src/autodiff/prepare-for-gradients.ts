// What is done to a specialised model before it is differentiated. Loops are unrolled, branches that are always
// taken stand for themselves, lists of tensors are read where they were made, recurrent layers become the steps
// they are made of, and quantised arithmetic becomes arithmetic between a scaling back and a rounding. The model computes the same; it would only run slower, which is
// why models that are not differentiated are left alone.
import type { Model } from '../ir/graph.ts'
import { floatForms } from '../normalize/float-forms.ts'
import { removePassThrough } from '../normalize/fold-constants.ts'
import { inlineControlFlow } from '../normalize/inline-control-flow.ts'
import { type SpecializedModel, specialize } from '../normalize/normalize.ts'
import { resolveSequences } from '../normalize/resolve-sequences.ts'
import { unrollRecurrent } from '../normalize/unroll-recurrent.ts'
import { writeOutAttention } from '../normalize/write-out-attention.ts'
import type { ProbeOptions } from '../shapes/probe-shapes.ts'

/**
 * The same model in operators that have gradient rules; `source` itself where nothing is to do. Inputs and outputs keep
 * their names and sizes, inner values may vanish. Give the feeds that the model was specialised with, if any.
 *
 * @throws EngineError as `specialize`
 */
export async function prepareForGradients(
  source: SpecializedModel,
  options: Pick<ProbeOptions, 'feeds'> = {},
): Promise<SpecializedModel> {
  let current = source
  const update = async (model: Model): Promise<void> => {
    if (model !== current.model) current = await specialize(removePassThrough(model), options)
  }
  // What was inside a loop or a branch may itself be one, with a condition that is known only now.
  let before: SpecializedModel
  do {
    before = current
    await update(await inlineControlFlow(current))
    await update(resolveSequences(current))
  } while (current !== before)
  await update(unrollRecurrent(writeOutAttention(floatForms(current.model))))
  return current
}
