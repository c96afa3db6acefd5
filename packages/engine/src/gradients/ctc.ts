// Connectionist temporal classification (Graves et al. 2006): the loss of a sequence whose alignment with the input is not
// known, as the sum over all alignments. Forward and backward variables are computed in the logarithm, one step of time
// after the other, unrolled into the graph; the gradient of the scores is softmax minus the share of paths that are in each
// class at that time (ibid., eq. 16). "Minus infinity" is -1e30, so that differences of impossible paths stay numbers.
import { EngineError } from '../errors.ts'
import type { GraphBuilder } from '../ir/graph-builder.ts'
import { float32, int64, scalar, tensor } from '../ir/tensor.ts'
import type { Loss } from './loss.ts'

export interface CtcOptions {
  /** Labels of the longest sequence. */
  readonly maxLabels: number
  /** The class that stands for nothing; 0 unless given. */
  readonly blank?: number
  /** Scores are [N, T, K] or [T, N, K]; the first unless given. */
  readonly layout?: 'batch-first' | 'time-first'
}

const never = -1e30
/** Below this no path exists: T steps of any float32 score are above it. */
const impossible = -1e29

/**
 * -log p(labels | scores), natural logarithm, per sample. A sample whose labels cannot fit into its length has p = 0: its
 * loss and gradient are 0 (PyTorch's `zero_infinity`), so that it does not end a training.
 *
 * Inputs `labels` int64 [N, maxLabels], anything beyond a sample's length; `labelLengths` and `inputLengths` int64 [N].
 *
 * @throws EngineError graph-invalid when the scores do not have three axes or the blank is no class
 */
export function ctc({ maxLabels, blank = 0, layout = 'batch-first' }: CtcOptions): Loss {
  return {
    name: `ctc, at most ${maxLabels} labels, blank ${blank}, ${layout}`,
    emit({ builder, typeOf, logits }) {
      const { dims } = typeOf(logits)
      const isBatchFirst = layout === 'batch-first'
      if (dims.length !== 3) {
        throw new EngineError(
          'graph-invalid',
          `CTC works on scores [${isBatchFirst ? 'N, T' : 'T, N'}, K]; "${logits}" has [${dims.join(', ')}]`,
        )
      }
      const [batch, time, classes] = (isBatchFirst ? dims : [dims[1], dims[0], dims[2]]) as [
        number,
        number,
        number,
      ]
      if (!(blank >= 0 && blank < classes)) {
        throw new EngineError(
          'graph-invalid',
          `the blank is class ${blank}; there are classes 0 to ${classes - 1}`,
        )
      }
      const g = pieces(builder)
      const size = 2 * maxLabels + 1
      const labels = builder.input('labels', 'int64', [batch, maxLabels])
      const labelLengths = builder.input('labelLengths', 'int64', [batch])
      const inputLengths = builder.input('inputLengths', 'int64', [batch])

      // blank, l1, blank, l2, ..., blank; what is beyond the length is blank as well.
      const labelColumn = g.of('Unsqueeze', labelLengths, g.ints([1]))
      const isLabel = g.of('Less', g.ints(count(maxLabels)), labelColumn)
      const nothing = g.ints(new Array(batch * maxLabels).fill(blank), [batch, maxLabels])
      const known = g.of('Where', isLabel, labels, nothing)
      const cells = [nothing, known].map((value) => g.of('Unsqueeze', value, g.ints([2])))
      const pairs = g.of(
        'Reshape',
        builder.node('Concat', cells, { axis: 2 }),
        g.ints([batch, 2 * maxLabels]),
      )
      const last = g.ints(new Array(batch).fill(blank), [batch, 1])
      const path = builder.node('Concat', [pairs, last], { axis: 1 })

      const logP = builder.node('LogSoftmax', [logits], { axis: -1 })
      const byBatch = isBatchFirst ? logP : builder.node('Transpose', [logP], { perm: [1, 0, 2] })
      const oneHot = builder.node(
        'OneHot',
        [path, g.ints([classes], []), builder.constant(float32([0, 1]))],
        { axis: -1 },
      )
      const turned = builder.node('Transpose', [oneHot], { perm: [0, 2, 1] })
      const emissions = g.of('MatMul', byBatch, turned)
      const at =
        time === 1
          ? [g.of('Reshape', emissions, g.ints([batch, size]))]
          : builder
              .nodes('Split', [emissions, g.ints(new Array(time).fill(1))], time, { axis: 1 })
              .map((value) => g.of('Squeeze', value, g.ints([1])))

      // A path may leave out the blank between two labels that differ.
      const before = g.shift(path, 2, builder.constant(int64([blank], [])))
      const differs = g.of('Not', g.of('Equal', path, before))
      const isOdd = builder.constant(
        tensor(
          'bool',
          [size],
          Uint8Array.from(count(size), (i) => i % 2),
        ),
      )
      const skips = g.of('And', differs, isOdd)
      const noSkip = g.of('Where', skips, g.number(0), g.number(never))
      // From a place to the one two further on, seen from where it starts.
      const noSkipFrom = g.shift(noSkip, -2, g.number(never))

      const isTime = count(time).map((t) =>
        g.of('Unsqueeze', g.of('Greater', inputLengths, g.ints([t], [])), g.ints([1])),
      )
      const starts = builder.constant(float32(count(size).map((i) => (i < 2 ? 0 : never))))
      // Two labels of nothing have one place only: the end masks see to that.
      const alphas = [g.of('Add', at[0]!, starts)]
      for (let t = 1; t < time; t++) {
        const a = alphas[t - 1]!
        const by = [a, g.shift(a, 1, g.number(never)), g.of('Add', g.shift(a, 2, g.number(never)), noSkip)]
        alphas.push(g.of('Where', isTime[t]!, g.of('Add', g.logSum(by), at[t]!), a))
      }
      const end = g.of('Mul', labelColumn, g.ints([2], []))
      const places = g.ints(count(size))
      const isEnd = g.of(
        'Or',
        g.of('Equal', places, end),
        g.of('Equal', places, g.of('Sub', end, g.ints([1], []))),
      )
      const ends = g.of('Where', isEnd, g.number(0), g.number(never))
      const final = g.of('Add', alphas[time - 1]!, ends)
      const top = builder.node('ReduceMax', [final, g.ints([1])], { keepdims: 1 })
      const total = g.of(
        'Add',
        top,
        g.of(
          'Log',
          builder.node('ReduceSum', [g.of('Exp', g.of('Sub', final, top)), g.ints([1])], { keepdims: 1 }),
        ),
      )

      const betas: string[] = new Array(time)
      betas[time - 1] = ends
      for (let t = time - 2; t >= 0; t--) {
        const next = g.of('Add', betas[t + 1]!, at[t + 1]!)
        const by = [
          next,
          g.shift(next, -1, g.number(never)),
          g.of('Add', g.shift(next, -2, g.number(never)), noSkipFrom),
        ]
        betas[t] = g.of('Where', isTime[t + 1]!, g.logSum(by), ends)
      }
      const stack = (values: readonly string[]): string =>
        builder.node(
          'Concat',
          values.map((value) => g.of('Unsqueeze', value, g.ints([1]))),
          { axis: 1 },
        )
      const total3 = g.of('Unsqueeze', total, g.ints([2]))
      const joint = g.of('Sub', g.of('Add', stack(alphas), stack(betas)), total3)
      const share = g.of('Exp', g.of('Min', joint, g.number(0)))
      const occupancy = g.of('MatMul', share, oneHot)
      const isPossible = g.of('Greater', total, g.number(impossible))
      const counts = g.of('And', stack(isTime), g.of('Unsqueeze', isPossible, g.ints([2])))
      const gradient = g.of('Where', counts, g.of('Sub', g.of('Exp', byBatch), occupancy), g.number(0))
      const loss = g.of('Where', isPossible, g.of('Neg', total), g.number(0))
      return {
        loss: g.of('Squeeze', loss, g.ints([1])),
        batch,
        seeds: [
          {
            value: logits,
            gradient: isBatchFirst ? gradient : builder.node('Transpose', [gradient], { perm: [1, 0, 2] }),
          },
        ],
      }
    },
  }
}

function pieces(builder: GraphBuilder) {
  const of = (opType: string, ...inputs: readonly string[]): string => builder.node(opType, inputs)
  const ints = (values: readonly number[], dims?: readonly number[]): string =>
    builder.constant(int64(values, dims))
  return {
    of,
    ints,
    number: (value: number): string => builder.constant(scalar('float32', value)),
    /** Rows moved by so many places towards the end, or the start where negative; `fill` comes in. */
    shift(value: string, by: number, fill: string): string {
      return builder.node('Pad', [value, ints([0, by, 0, -by]), fill])
    },
    /** log(e^a + e^b + e^c), element by element. */
    logSum(values: readonly string[]): string {
      const top = builder.node('Max', values)
      return of(
        'Add',
        top,
        of(
          'Log',
          builder.node(
            'Sum',
            values.map((value) => of('Exp', of('Sub', value, top))),
          ),
        ),
      )
    },
  }
}

function count(size: number): number[] {
  return Array.from({ length: size }, (_, i) => i)
}
