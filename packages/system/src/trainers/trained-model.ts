// What every trainer gives back: the ONNX bytes, opened to answer in unit space.
import { FailmodeError, rows, type TrainedModel } from '@failmode/core'
import { EngineError, type Model, openSession, toNumbers, writeModel } from '@failmode/engine'

/** Samples of one call. */
const batch = 256

/** @param input name of the input that takes samples in unit space, batch first; @param output name of the scores */
export async function trainedModel(
  model: Model,
  {
    input,
    output,
    losses,
    threads,
  }: {
    readonly input: string
    readonly output: string
    readonly losses: readonly number[]
    readonly threads: number
  },
): Promise<TrainedModel> {
  const session = await openSession(model, { intraOpThreads: threads })
  return {
    onnx: writeModel(model),
    losses,
    async scores(x) {
      const count = x.dims[0] as number
      let data = new Float32Array(0)
      let width = 0
      for (let from = 0; from < count; from += batch) {
        const part = rows(x, from, Math.min(count, from + batch))
        const answer = await session.run(
          { [input]: { dtype: 'float32', dims: part.dims, data: part.data } },
          { outputs: [output] },
        )
        const numbers = Float32Array.from(toNumbers(answer[output]!))
        if (width === 0) {
          width = numbers.length / (part.dims[0] as number)
          data = new Float32Array(count * width)
        }
        data.set(numbers, from * width)
      }
      return { data, width }
    },
    close: () => session.close(),
  }
}

/** A failure of the engine while training, in the words and codes of the program. */
export function trainingFailure(cause: unknown): unknown {
  if (!(cause instanceof EngineError)) return cause
  if (cause.code === 'aborted')
    return new FailmodeError('interrupted', { message: 'the run was stopped.', cause })
  return new FailmodeError('training-failed', {
    message: `training failed: ${cause.message}.`,
    ...(cause.hint === undefined ? {} : { hint: cause.hint }),
    cause,
  })
}
