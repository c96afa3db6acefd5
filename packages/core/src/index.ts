// The front door of core.
export {
  type ArtifactFinding,
  type ArtifactTarget,
  type ArtifactVerdict,
  artifactVerdicts,
  type MeasuredArtifact,
  type ScannedArtifact,
} from './artifact-target.ts'
export { aurra } from './calibration/aurra.ts'
export {
  type BinOptions,
  type CalibrationBin,
  type CalibrationError,
  expectedCalibrationError,
  overconfidence,
  rmsCalibrationError,
} from './calibration/calibration-error.ts'
export { accuracyByCondition, type ConditionAccuracy } from './conditions/accuracy-by-condition.ts'
export {
  type Conditions,
  conditionsSchema,
  type Factor,
  type Level,
  type MakeCondition,
  type MeasuredProperty,
  measuredProperties,
} from './conditions/conditions.ts'
export {
  type Coverage,
  countCombinations,
  coverage,
  mostCombinations,
  possibleCombinations,
  type Strength,
} from './conditions/coverage.ts'
export { type CoveringSet, coveringSet } from './conditions/covering-set.ts'
export {
  type Combination,
  type OperatingDomain,
  operatingDomain,
  type Readings,
} from './conditions/operating-domain.ts'
export { assumedLevel, type LevelReadings, readLevels } from './conditions/read-levels.ts'
export { riskWeightedError } from './conditions/risk-weighted-error.ts'
export { untestedKinds, untestedOperation } from './conditions/untested-operation.ts'
export type { DataFacts, Metadata, SampleSet } from './data-target.ts'
export {
  type ErrorCode,
  type ErrorData,
  errorCodes,
  errorFromData,
  errorToData,
  exitStatus,
  FailmodeError,
} from './errors.ts'
export type { Image8, ImageCodec } from './image-codec.ts'
export { canonicalJson, type Json } from './json.ts'
export {
  type ConfidentLearning,
  type ConfidentLearningOptions,
  confidentLearning,
} from './mistakes/confident-learning.ts'
export { type ErrorCluster, type ErrorClusterOptions, errorClusters } from './mistakes/error-clusters.ts'
export {
  type FilteredDrop,
  type FilterModel,
  type FiltrationOptions,
  filteredAccuracyDrop,
  type MinedTransfer,
  minedRegion,
  minedTransfer,
  mineSamples,
} from './mistakes/filtration.ts'
export { hypergeometricTail } from './mistakes/hypergeometric.ts'
export {
  type ChooseOptions,
  chooseKMeans,
  type KMeansOptions,
  kMeans,
  type Partition,
  silhouette,
} from './mistakes/k-means.ts'
export {
  type LabelErrorScores,
  labelErrorScores,
  type NeighbourAgreement,
  neighbourAgreement,
  type OutlierScores,
  outlierScores,
} from './mistakes/label-errors.ts'
export { type NeighbourOptions, type Neighbours, nearestNeighbours } from './mistakes/nearest-neighbours.ts'
export {
  type MetadataColumn,
  type Predicate,
  type Slice,
  type SliceSearch,
  type SliceSearchOptions,
  searchSlices,
} from './mistakes/slice-search.ts'
export {
  type Mistake,
  type MistakeKind,
  mistakeKinds,
  type SortOptions,
  sortMistakes,
} from './mistakes/sort-mistakes.ts'
export { type Cost, type DoorOptions, type Meter, openDoor } from './model/budget-door.ts'
export {
  type Embeddings,
  type GradientModel,
  isTargeted,
  type LabelModel,
  type LossClasses,
  type LossGradient,
  type LossName,
  lossNames,
  type ModelByAccess,
  type ModelFacts,
  type ScoreModel,
  type Scores,
  type WeightsModel,
} from './model/model-target.ts'
export {
  type AnyProbe,
  type Applicability,
  type Budget,
  type Check,
  type CheckContext,
  type CheckMeta,
  type Claim,
  defineProbe,
  type Judgement,
  type Measured,
  type Probe,
  type ProbeMeta,
  type SampleOutcomes,
  type Summary,
  type SummaryContext,
  type SystemFacts,
} from './probe/probe.ts'
export { nearest, parseSelection, type Selection } from './probe/selection.ts'
export { createRandom, type Random } from './random/random.ts'
export { type BarChoice, barOf, type ChosenBar, chooseBar } from './rating/bar-choice.ts'
export {
  type AgainstBaseline,
  type Baseline,
  type BaselineStatus,
  baselineSchema,
  compareWithBaseline,
  createBaseline,
  pruneBaseline,
  updateBaseline,
} from './rating/baseline.ts'
export { type ChangedSample, compareSamples, type PairedComparison } from './rating/compare-samples.ts'
export {
  type DiffSide,
  diffRuns,
  type MeasurementDiff,
  type OutcomeDiff,
  type RunDiff,
} from './rating/diff-runs.ts'
export {
  applyGate,
  findMeasurements,
  type GateConfig,
  type GateResult,
  gateConfigSchema,
  gateRun,
} from './rating/gate.ts'
export { type GateDocumentOptions, gateDocument } from './rating/gate-document.ts'
export { type CheckState, type JudgedRun, type JudgeInput, judgeRun } from './rating/judge-run.ts'
export {
  type Answers,
  type OpenFact,
  type OtherRating,
  type RateInput,
  type Rating,
  rate,
} from './rating/rate.ts'
export { type RejudgeOptions, rejudge } from './rating/rejudge.ts'
export { applyWaivers, type Waiver, waiverSchema } from './rating/waivers.ts'
export { type Involved, whomToInvolve } from './rating/whom-to-involve.ts'
export { type Journal, type JournalEntry, type JournalHeader, parseJournal } from './run/journal.ts'
export { makePlan, type Plan, type PlanInput, type PlannedCheck } from './run/plan.ts'
export {
  type Blob,
  type CheckResult,
  checkResultSchema,
  type Detectable,
  type Evidence,
  type Finding,
  type ImageEvidence,
  type Measurement,
  type ModeResult,
  type RunDocument,
  runDocumentSchema,
  runJsonSchema,
  type SanityEntry,
  schemaVersion,
} from './run/run-document.ts'
export { type CheckSanity, doubtsAbout, mergeSanity } from './run/sanity.ts'
export type { AnyStepHandler, BlobStore, StepContext, StepHandler, StepResult } from './run/step.ts'
export {
  type ConfidentAnswers,
  differenceOfConfidences,
  thresholdedConfidence,
} from './shift/accuracy-estimate.ts'
export {
  type ChiSquareTest,
  chiSquareStatistic,
  chiSquareTest,
  countCategories,
  totalVariation,
} from './shift/chi-square-test.ts'
export { type ClassifierTest, classifierTest } from './shift/classifier-test.ts'
export { type CramerVonMises, cramerVonMises } from './shift/cramer-von-mises.ts'
export { psi, psiOfCounts, wasserstein } from './shift/effect-sizes.ts'
export { featureStatistics, mostCategories, stratifiedFeatureStatistics } from './shift/feature-statistics.ts'
export { type JointTest, jointTest, type StatisticFamily } from './shift/joint-test.ts'
export { lsddStatistic, mmdStatistic } from './shift/kernel-statistics.ts'
export { type KolmogorovSmirnov, kolmogorovSmirnov, ksDistance } from './shift/kolmogorov-smirnov.ts'
export { estimateLabelShift, type LabelShift } from './shift/label-shift.ts'
export { columnOf, type Points, pointsOf, rowsOf, stack, standardise } from './shift/points.ts'
export {
  createShiftMonitor,
  type MonitorState,
  type ShiftMonitor,
  type ShiftMonitorOptions,
} from './shift/shift-monitor.ts'
export { moveOfDistance, smallestKsDistance, smallestShareChange } from './shift/smallest-shift.ts'
export { type TwoSampleBootstrapOptions, twoSampleBootstrap } from './shift/two-sample-bootstrap.ts'
export { auc, aucInterval, type TprAtFpr, tprAtFpr } from './statistics/auc.ts'
export { type BootstrapOptions, bootstrap, pairedBootstrap } from './statistics/bootstrap.ts'
export {
  mean,
  median,
  quantile,
  quantileOfSorted,
  sorted,
  standardDeviation,
  variance,
  weightedMean,
  weightedVariance,
} from './statistics/describe.ts'
export { differenceOfShares, type Tally } from './statistics/difference-of-shares.ts'
export type { Interval, IntervalOptions } from './statistics/interval.ts'
export { clopperPearson, wilson } from './statistics/intervals.ts'
export { clusterJackknife } from './statistics/jackknife.ts'
export { leastSquares, type Solved } from './statistics/least-squares.ts'
export { type McNemar, mcnemar, mcnemarOfPairs } from './statistics/mcnemar.ts'
export { benjaminiHochberg, holm } from './statistics/multiple-tests.ts'
export {
  type Alternative,
  type PermutationOptions,
  permutationPValue,
  permutationTest,
  signFlipTest,
} from './statistics/permutation.ts'
export { type PowerOptions, smallestDetectableDrop, smallestDetectableRate } from './statistics/power.ts'
export {
  binomialCdf,
  binomialProbability,
  chiSquareCdf,
  erfc,
  inverseRegularisedBeta,
  logGamma,
  normalCdf,
  normalQuantile,
  regularisedBeta,
  regularisedGammaP,
  regularisedGammaQ,
} from './statistics/special.ts'
export { gatherRows, rows, sizeOf, type Tensor, tensor } from './tensor.ts'
export type {
  TrainedModel,
  TrainerFacts,
  TrainerTarget,
  TrainingSet,
  TrainRequest,
} from './trainer-target.ts'
export { type MatchPlace, type ModeMatch, matchComplaint, type WordMatch } from './triage/match-complaint.ts'
export { parseTriageFile, type TriageFile } from './triage/parse-triage-file.ts'
export { leadingCandidates, type TriageInput, triage } from './triage/triage.ts'
export { type TriageCandidate, type TriageResult, triageResultSchema } from './triage/triage-result.ts'
export type { CandidateStatus, TriageAnswers } from './triage/weigh-modes.ts'
export * from './words.ts'
