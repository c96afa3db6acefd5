// Writes a configuration for a model and data that nobody has described: tries the usual ways to feed the model on labelled
// samples and keeps the one that the answers speak for. Everything here is arithmetic on what the model answered; asking it is
// the caller's part.
import { createRandom, FailmodeError, type SampleSet, wilson } from '@failmode/core'
import type { DataSpec, InputBlock, OutputKind, SystemConfig } from './config-schema.ts'
import { followsConvention } from './exporter-convention.ts'
import { type Candidate, inputCandidates, type TensorFacts } from './input-candidates.ts'
import {
  accuracyP,
  type Ranking,
  type Rival,
  rankCandidates,
  scoreTrial,
  type Trial,
} from './rank-candidates.ts'

/** What the model answered, as it answered it. */
export interface Answers {
  /** [n, classes] */
  readonly data: ArrayLike<number>
  readonly classes: number
}

export interface InferOptions {
  readonly name: string
  /** Path of the model as the configuration shall name it. */
  readonly onnx: string
  readonly model: {
    readonly input: TensorFacts
    /** What the graph's last operator says of the output, as the engine describes it. */
    readonly outputScale: 'probabilities' | 'log-probabilities' | 'labels' | 'unknown'
    /** The program that wrote the file, as it names itself. */
    readonly producer?: string
  }
  readonly data: Readonly<Record<string, DataSpec>>
  /** One of `data`, opened, with labels. */
  readonly samples: SampleSet
  /** Names of the classes, where something told them. */
  readonly labels?: readonly string[] | undefined
  /**
   * The model's raw output for the samples at `indices` when it is fed as `input` says. A FailmodeError takes the
   * candidate out; the inference fails with it when no candidate is left.
   */
  readonly evaluate: (input: InputBlock, indices: Int32Array) => Promise<Answers>
  /** The most samples to compare on; 2,000 unless said. */
  readonly maxSamples?: number
  readonly signal?: AbortSignal
}

export interface Inferred {
  readonly config: SystemConfig
  readonly sureness: Ranking['sureness']
  /** The candidate that was taken and how it did. */
  readonly winner: Omit<Rival, 'by' | 'p'>
  /** All others, best first. */
  readonly rivals: readonly Rival[]
  /** In sentences: what was found, how sure it is, what could not be told apart. */
  readonly explanation: readonly string[]
}

/** Every candidate is tried on so many samples first, and the hopeless ones on no more. */
const screening = 200

/** A candidate is hopeless when chance would make it look so bad once in a million. */
const hopeless = 1e-6

/**
 * @throws FailmodeError `inference-failed`: data without labels, no layout that fits, answers no better than chance;
 * `labels-invalid` when a label is beyond the model's classes
 */
export async function inferConfig(options: InferOptions): Promise<Inferred> {
  const { samples, model, signal } = options
  const { labels } = samples
  if (labels === null) {
    throw failed(
      'the data have no labels, so it cannot be told how the model wants its input.',
      'Give labelled data.',
    )
  }
  if (model.outputScale === 'labels') {
    throw failed(
      'the model answers with classes only.',
      'Write the configuration by hand with "output": "labels".',
    )
  }
  const n = Math.min(options.maxSamples ?? 2000, samples.count)
  // Drawn, because data are often sorted by class; the same draw every time.
  const indices = createRandom('infer-config').sample(samples.count, n)
  const truth = Int32Array.from(indices, (index) => labels[index]!)
  const candidates = inputCandidates(model.input, {
    sampleShape: samples.sampleShape,
    ...channelStatistics(samples, indices),
  })

  let kind: 'logits' | 'probabilities' = 'logits'
  let classes = 0
  let refused: FailmodeError | undefined
  const answer = async (
    candidate: Candidate,
    from: number,
    to: number,
  ): Promise<ArrayLike<number> | null> => {
    signal?.throwIfAborted()
    try {
      const answers = await options.evaluate(candidate.input, indices.slice(from, to))
      if (!Array.prototype.every.call(answers.data, Number.isFinite)) {
        throw new FailmodeError('model-failed', {
          message: `the model answers with numbers that are not finite when it is fed with ${candidate.name}.`,
        })
      }
      classes = answers.classes
      return answers.data
    } catch (error) {
      signal?.throwIfAborted()
      if (!(error instanceof FailmodeError)) throw error
      refused = error
      return null
    }
  }

  const first = Math.min(screening, n)
  const begun: { readonly candidate: Candidate; readonly scores: ArrayLike<number> }[] = []
  for (const candidate of candidates) {
    const scores = await answer(candidate, 0, first)
    if (scores !== null) begun.push({ candidate, scores })
  }
  if (begun.length === 0)
    throw refused ?? failed('the model answered to no way of feeding it.', 'Check the model.')
  checkLabels(truth, classes, options.labels)
  kind = begun.every(({ scores }) => areProbabilities(scores, classes)) ? 'probabilities' : 'logits'
  const judge = (candidate: Candidate, scores: ArrayLike<number>) =>
    scoreTrial(candidate, scores, { labels: truth.subarray(0, scores.length / classes), classes, kind })

  const screened = begun.map(({ candidate, scores }) => judge(candidate, scores))
  const best = screened.reduce((a, b) => (right(b) > right(a) ? b : a))
  const trials: Trial[] = []
  const dropped: Rival[] = []
  for (const [i, trial] of screened.entries()) {
    const p = trial === best ? 1 : accuracyP(best, trial)
    if (p < hopeless) {
      dropped.push({ ...summary(trial), by: 'accuracy', p })
      continue
    }
    const rest = first < n ? await answer(trial.candidate, first, n) : []
    if (rest === null) continue
    trials.push(judge(trial.candidate, concat(begun[i]!.scores, rest)))
  }
  if (trials.length === 0) throw refused!
  const ranking = rankCandidates(trials, {
    isConvention: (candidate) => followsConvention(candidate.input, model.producer),
  })
  const winner = summary(ranking.winner)
  checkBetterThanChance(winner, truth, classes)

  const rivals = [...ranking.rivals, ...dropped.sort((a, b) => b.correct / b.n - a.correct / a.n)]
  const names = options.labels ?? Array.from({ length: classes }, (_, k) => String(k))
  const output: OutputKind = kind
  return {
    config: {
      name: options.name,
      task: 'image-classification',
      labels: [...names],
      model: { onnx: options.onnx, input: winner.candidate.input, output },
      data: { ...options.data },
      artifacts: [options.onnx],
    },
    sureness: ranking.sureness,
    winner,
    rivals,
    explanation: explainRanking(winner, rivals, {
      sureness: ranking.sureness,
      output,
      producer: model.producer ?? '',
    }),
  }
}

function right(trial: Trial): number {
  return trial.correct.filter(Boolean).length
}

function summary(trial: Trial): Omit<Rival, 'by' | 'p'> {
  const average = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length
  return {
    candidate: trial.candidate,
    correct: right(trial),
    n: trial.correct.length,
    meanLoss: average(trial.loss),
    meanFittedLoss: average(trial.fittedLoss),
    temperature: trial.temperature,
  }
}

function concat(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const out = new Float64Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}

/** Whether every row lies in [0,1] and sums to 1, within what float32 can do. */
function areProbabilities(scores: ArrayLike<number>, classes: number): boolean {
  for (let row = 0; row < scores.length; row += classes) {
    let sum = 0
    for (let k = 0; k < classes; k++) {
      const value = scores[row + k]!
      if (!(value >= -1e-6 && value <= 1 + 1e-6)) return false
      sum += value
    }
    if (Math.abs(sum - 1) > 1e-3) return false
  }
  return true
}

function channelStatistics(
  samples: SampleSet,
  indices: Int32Array,
): { readonly mean: readonly number[]; readonly std: readonly number[] } {
  const channels = samples.sampleShape.length === 3 ? samples.sampleShape[0]! : 1
  const sum = new Float64Array(channels)
  const squares = new Float64Array(channels)
  let count = 0
  for (const index of indices) {
    const { data } = samples.read([index])
    const plane = data.length / channels
    count += plane
    for (let j = 0; j < data.length; j++) {
      const c = Math.floor(j / plane)
      sum[c]! += data[j]!
      squares[c]! += data[j]! * data[j]!
    }
  }
  const mean = Array.from(sum, (total) => total / count)
  return { mean, std: mean.map((m, c) => Math.sqrt(Math.max(0, squares[c]! / count - m * m))) }
}

function checkLabels(truth: Int32Array, classes: number, names: readonly string[] | undefined): void {
  if (names !== undefined && names.length !== classes) {
    throw failed(
      `the data have ${names.length} classes, the model answers with ${classes}.`,
      'Give data of the same classes.',
    )
  }
  const beyond = truth.find((label) => label >= classes)
  if (beyond === undefined) return
  throw new FailmodeError('labels-invalid', {
    message: `the data have the label ${beyond}, the model answers with the classes 0 to ${classes - 1}.`,
    hint: 'Give the data of this model, or correct the labels.',
  })
}

/** An answer is only worth writing down when it beats always naming the most frequent class. */
function checkBetterThanChance(
  { candidate, correct, n }: Omit<Rival, 'by' | 'p'>,
  truth: Int32Array,
  classes: number,
): void {
  const counts = new Int32Array(classes)
  for (const label of truth) counts[label]!++
  const most = Math.max(...counts)
  if (wilson(correct, n, { confidence: 0.99 }).low > most / n) return
  throw failed(
    `the best way of feeding the model (${candidate.name}) gets ${correct} of ${n} samples right; always naming the most frequent class gets ${most}.`,
    'Check that labels and classes are in the order of the model, or describe "model.input" by hand.',
  )
}

function failed(message: string, hint: string): FailmodeError {
  return new FailmodeError('inference-failed', { message, hint })
}

function explainRanking(
  winner: Omit<Rival, 'by' | 'p'>,
  rivals: readonly Rival[],
  {
    sureness,
    output,
    producer,
  }: {
    readonly sureness: Ranking['sureness']
    readonly output: OutputKind
    readonly producer: string
  },
): readonly string[] {
  const of = (correct: number, n: number) => {
    const { low, high } = wilson(correct, n)
    const percent = (share: number) => (100 * share).toFixed(1)
    return `${correct} of ${n} right (${percent(low)} to ${percent(high)} %)`
  }
  const lines = [`Input: ${winner.candidate.name}; ${of(winner.correct, winner.n)}.`, `Output: ${output}.`]
  const custom = rivals.filter((rival) => rival.by === 'convention')
  const scale = rivals.filter((rival) => rival.by === 'scale')
  const open = rivals.filter((rival) => rival.by === 'chance')
  const next = rivals[0]
  if (sureness === 'sure' && next !== undefined) {
    lines.push(
      `Sure: the next best is ${next.candidate.name} with ${of(next.correct, next.n)}, worse by ${next.by}.`,
    )
  }
  if (custom.length > 0) {
    lines.push(
      `Likely: ${namesOf(custom)} did as well, so the convention of ${producer}, which wrote the file, decides. Scores would be nearest to calibrated with another (temperatures ${short(winner.temperature)} for the one chosen, ${custom.map((rival) => short(rival.temperature)).join(', ')} for the others, in that order).`,
    )
  }
  if (scale.length > 0) {
    lines.push(
      `${sureness === 'unsure' ? 'Unsure' : 'Likely'}: ${namesOf(scale)} did as well; the scores fit best as they are with the input chosen (temperature ${short(
        winner.temperature,
      )} against ${scale.map((rival) => short(rival.temperature)).join(', ')}).`,
    )
  }
  if (open.length > 0)
    lines.push(`Unsure: ${namesOf(open)} did as well in every way that these samples can tell.`)
  if (sureness === 'unsure' && custom.length + scale.length + open.length === 0) {
    lines.push('Unsure: the differences are too small for this number of samples.')
  }
  return lines
}

function namesOf(rivals: readonly Rival[]): string {
  return rivals.map((rival) => `"${rival.candidate.name}" (${rival.correct} right)`).join(', ')
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)))
}
