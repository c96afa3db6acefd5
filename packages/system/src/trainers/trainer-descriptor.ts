// A trainer as plain data that any thread can open again, made from the configuration's `training` block.
import { createHash } from 'node:crypto'
import { canonicalJson, FailmodeError, type TrainerFacts } from '@failmode/core'
import type { Recipe } from '@failmode/engine'
import type { SystemConfig } from '../config/config-schema.ts'
import { commandDigest } from '../targets/hosted/command-model.ts'
import type { ModelDescriptor, OnnxDescriptor } from '../targets/model-descriptor.ts'

export type RegressorSpec =
  | { readonly kind: 'ols' }
  | { readonly kind: 'ridge' | 'lasso'; readonly alpha?: number | undefined }
  | {
      readonly kind: 'elastic-net'
      readonly alpha?: number | undefined
      readonly l1Ratio?: number | undefined
    }
  | { readonly kind: 'logistic'; readonly c?: number | undefined }

export type TrainerDescriptor = { readonly facts: TrainerFacts } & (
  | { readonly kind: 'engine'; readonly model: OnnxDescriptor; readonly recipe: Recipe }
  | {
      readonly kind: 'command'
      readonly model: OnnxDescriptor
      readonly command: readonly string[]
      /** Of the configuration: files that the command names are looked for there. */
      readonly folder: string
      readonly timeLimitSeconds: number
      readonly network: boolean
    }
  | { readonly kind: 'regressor'; readonly regressor: RegressorSpec; readonly classes: number }
)

const defaultTimeLimit = 3600

/**
 * The trainer that the configuration describes; null when it describes none.
 * @throws FailmodeError config-invalid when it needs a model of another kind than there is
 */
export async function describeTrainer(
  config: Pick<SystemConfig, 'training'>,
  { model, folder }: { readonly model: ModelDescriptor | null; readonly folder: string },
): Promise<TrainerDescriptor | null> {
  const { training } = config
  if (training === undefined) return null
  if ('regressor' in training) {
    const regressor = training.regressor as RegressorSpec
    const facts: TrainerFacts = {
      kind: 'regressor',
      digest: digestOf(['regressor', regressor]),
      recipe: regressorWords(regressor),
      repeatable: true,
      notes: [],
    }
    return { kind: 'regressor', facts, regressor, classes: model?.facts.classes ?? 2 }
  }
  const onnx = onnxOf(model, 'builtin' in training ? 'training.builtin' : 'training.command')
  if ('builtin' in training) {
    const recipe = recipeOf(training.builtin)
    const facts: TrainerFacts = {
      kind: 'engine',
      digest: digestOf(['engine', onnx.facts.digest, recipe]),
      recipe: recipeWords(recipe),
      repeatable: true,
      notes: [],
    }
    return { kind: 'engine', facts, model: onnx, recipe }
  }
  const { command, timeLimit = defaultTimeLimit, network = false } = training
  for (const place of ['{train}', '{out}']) {
    if (command.some((word) => word.includes(place))) continue
    throw new FailmodeError('config-invalid', {
      message: `"training.command" does not say ${place}, which stands for ${place === '{train}' ? 'the file with the training data' : 'the ONNX file to write'}.`,
      hint: 'For example ["python", "train.py", "--data", "{train}", "--out", "{out}", "--seed", "{seed}"].',
    })
  }
  const facts: TrainerFacts = {
    kind: 'command',
    digest: digestOf([
      'command',
      await commandDigest({ command, folder, version: undefined }),
      onnx.facts.digest,
    ]),
    recipe: `the command ${JSON.stringify(command.join(' '))}`,
    repeatable: false,
    notes: command.some((word) => word.includes('{seed}'))
      ? []
      : [
          'The command is not told a seed ({seed}), so how much its models differ from run to run is not controlled.',
        ],
  }
  return { kind: 'command', facts, model: onnx, command, folder, timeLimitSeconds: timeLimit, network }
}

type Builtin = Extract<NonNullable<SystemConfig['training']>, { readonly builtin: unknown }>['builtin']

/** The configuration's words as the engine's, with defaults that suit small networks. */
export function recipeOf(builtin: Builtin): Recipe {
  const {
    epochs = 10,
    batch = 64,
    optimizer: kind = 'adam',
    schedule = 'constant',
    augmentation,
    frozen,
  } = builtin
  const rate = builtin.rate ?? (kind === 'sgd' ? 0.05 : 0.001)
  const decay = builtin.decay === undefined ? {} : { decay: builtin.decay }
  return {
    epochs,
    batch,
    optimizer:
      kind === 'sgd'
        ? { kind, rate, momentum: builtin.momentum ?? 0.9, nesterov: builtin.nesterov ?? false, ...decay }
        : { kind, rate, ...decay },
    schedule: { kind: schedule },
    start: builtin.start ?? 'fresh',
    ...(builtin.clip === undefined ? {} : { clip: builtin.clip }),
    ...(frozen === undefined ? {} : { frozen }),
    ...(augmentation === undefined
      ? {}
      : {
          augmentation: {
            ...(augmentation.flip === undefined ? {} : { flip: augmentation.flip }),
            ...(augmentation.shift === undefined ? {} : { shift: augmentation.shift }),
          },
        }),
  }
}

function onnxOf(model: ModelDescriptor | null, key: string): OnnxDescriptor {
  if (model?.kind === 'onnx') return model
  throw new FailmodeError('config-invalid', {
    message: `"${key}" needs a model that is an ONNX file: its graph says what is to be trained.`,
    hint: 'Name the file as "model.onnx", or take "training" out.',
  })
}

function recipeWords({ epochs, batch, optimizer, start }: Recipe): string {
  const from = start === 'file' ? 'from the weights of the file' : 'from fresh weights'
  return `${epochs} epochs of ${optimizer.kind} at ${optimizer.rate}, batches of ${batch}, ${from}, on the graph of the model`
}

function regressorWords(spec: RegressorSpec): string {
  const names = {
    ols: 'least squares',
    ridge: 'ridge regression',
    lasso: 'the LASSO',
    'elastic-net': 'the elastic net',
    logistic: 'logistic regression',
  }
  return names[spec.kind]
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}
