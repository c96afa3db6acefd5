// The engine: ONNX models as plain data, in one normal form, with exact shapes, ready to run. It stands alone and
// imports no other package of this project.

export {
  addGradients,
  type GradientNote,
  type GradientRequest,
  type Gradients,
  gradientBuilder,
  type Seed,
} from './autodiff/differentiate.ts'
export { EngineError, type EngineErrorCode } from './errors.ts'
export { type CtcOptions, ctc } from './gradients/ctc.ts'
export type { Loss, LossContext, LossGraph } from './gradients/loss.ts'
export {
  classDifference,
  crossEntropy,
  dlr,
  klDivergence,
  margin,
  sampleWeighted,
  squaredError,
  targetedCrossEntropy,
  targetedDlr,
  targetedMargin,
  totalVariation,
  userSeed,
  weighted,
} from './gradients/losses.ts'
export {
  type GradientGraph,
  type GradientOptions,
  type GradientResult,
  type GradientSession,
  gradientGraph,
  openGradients,
} from './gradients/open-gradients.ts'
export {
  type GradientObjective,
  openPerSampleGradients,
  openSecondOrder,
  type PerSampleGradients,
  type SecondOrderOptions,
  type SecondOrderResult,
  type SecondOrderSession,
} from './gradients/second-order.ts'
export { describeModel, type ModelDescription, type OutputDescription } from './inspect/describe-model.ts'
export { type LastLayer, lastLayer, withOnlyOutput } from './inspect/last-layer.ts'
export { type VerifiedModel, type VerifyOptions, verifyModel } from './inspect/open-in-child.ts'
export { randomOperators } from './inspect/random-operators.ts'
export { attributes, float, floats, type PlainAttribute, subgraph } from './ir/attributes.ts'
export type {
  Attribute,
  Attributes,
  Dimension,
  Graph,
  Model,
  ModelFunction,
  Node,
  TensorType,
  ValueInfo,
  ValueType,
} from './ir/graph.ts'
export {
  type BuilderOptions,
  type GraphBuilder,
  graphBuilder,
  type NodeOptions,
  targetOpset,
} from './ir/graph-builder.ts'
export {
  type DataType,
  dataTypes,
  elementCount,
  float32,
  fromNumbers,
  int64,
  type NumericData,
  scalar,
  type Tensor,
  type TensorData,
  tensor,
  toNumbers,
  zeros,
} from './ir/tensor.ts'
export { normalize, type SpecializedModel, specialize } from './normalize/normalize.ts'
export { type NodeRewrite, type Rewriter, rewriteNodes } from './normalize/rewrite.ts'
export { newestOpset, oldestOpset, upgradeOpset } from './normalize/upgrade-opset.ts'
export { loadModel } from './onnx/load.ts'
export { type ReadOptions, readModel } from './onnx/read.ts'
export { writeModel } from './onnx/write.ts'
export type { GradientKind, Operator, VjpContext, VjpVariant } from './registry/operator.ts'
export { operatorOf, operators } from './registry/operators.ts'
export { fitLinear, type LinearFit, type LinearKind, type LinearOptions } from './regression/linear.ts'
export { fitLogistic, type LogisticFit, type LogisticOptions } from './regression/logistic-regression.ts'
export { linearModel, logisticModel } from './regression/regression-model.ts'
export { listProviders, type Provider, runtimeVersion } from './runtime/onnxruntime.ts'
export {
  openSession,
  type RunOptions,
  type Session,
  type SessionOptions,
  type Tensors,
} from './runtime/session.ts'
export { type BindOptions, bindInputs, zeroFeeds } from './shapes/bind-inputs.ts'
export { inferTypes, type ProbeOptions, probeShapes, type StaticType } from './shapes/probe-shapes.ts'
export {
  type ArchitectureOptions,
  bagOfEmbeddings,
  cnn,
  conv1d,
  logistic,
  mlp,
  resnet,
} from './training/architectures.ts'
export type { Augmentation, AugmentHook } from './training/augment.ts'
export type { EpochCurve } from './training/checkpoint.ts'
export type { Initialization } from './training/initialize.ts'
export { type LossSpec, lossOf } from './training/loss-spec.ts'
export type { Adam, Optimizer, Sgd } from './training/optimizers.ts'
export { type Parameters, parametersOf, withParameterInputs } from './training/parameters.ts'
export {
  openTrainPool,
  type PoolProgress,
  type TrainJob,
  type TrainOutcome,
  type TrainPool,
  type TrainPoolOptions,
} from './training/pool/train-pool.ts'
export type { Schedule } from './training/schedules.ts'
export {
  type Evaluated,
  type FitOptions,
  openTrainer,
  type Recipe,
  type Trained,
  type Trainer,
  type TrainerOptions,
  train,
} from './training/train.ts'
export { type Place, type Trainable, trainableOf } from './training/trainable.ts'
export type { TrainingData } from './training/training-data.ts'
export { untrained } from './training/untrained.ts'
