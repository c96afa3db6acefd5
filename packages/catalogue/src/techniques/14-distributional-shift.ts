import type { TechniqueInput } from '../schema.ts'
import { arxiv, failingLoudlyPaper } from './paper.ts'

const test = { kind: 'test', modes: ['distributional-shift'] } as const

export const distributionalShift: readonly TechniqueInput[] = [
  {
    ...test,
    id: 'ks-test',
    name: 'Kolmogorov–Smirnov test',
    aliases: ['KS', 'KS test', 'Kolmogorov-Smirnov test'],
    access: null,
    goal: 'To tell whether one numeric feature has another distribution than before.',
    say: {
      engineer:
        'The largest distance between the two cumulative distributions of a feature, with its p-value. Correct over features, and report the distance: with many rows every difference is significant.',
      responder:
        'It names the feature that moved and when. Ask what changed at its source: a sensor, a supplier, a unit.',
      policy:
        'It compares the cases of today with those the system was built on, one characteristic at a time. A system whose cases have changed should be checked anew before it goes on deciding.',
    },
    limits: 'Features can look the same one by one and differ together; and with few rows nothing is seen.',
    source: failingLoudlyPaper,
  },
  {
    ...test,
    id: 'mmd-test',
    name: 'maximum mean discrepancy test',
    aliases: ['MMD test', 'kernel two-sample test'],
    access: null,
    goal: 'To tell whether inputs as a whole have another distribution than before.',
    say: {
      engineer:
        'Compares mean similarities within and between the two samples under a kernel, with a p-value by permutation, (1 + k) / (1 + m). It sees joint changes and costs the square of the sample size.',
      responder: 'It says that something changed and not what. Follow it with tests of single features.',
      policy:
        'One test for whether the world has moved away from the examples, all characteristics taken together. It is an alarm, and somebody has to be there to hear it.',
    },
    limits: 'The kernel decides what it can see; in many dimensions small changes are lost.',
    source: {
      citation: 'Gretton et al. "A kernel two-sample test." JMLR 13 (2012).',
      url: 'https://jmlr.org/papers/v13/gretton12a.html',
      provenance: 'memory',
    },
  },
  {
    ...test,
    id: 'domain-classifier',
    name: 'domain classifier',
    aliases: ['classifier two-sample test', 'adversarial validation'],
    access: null,
    goal: 'To tell whether old and new inputs can be told apart.',
    say: {
      engineer:
        'Trains a classifier to tell reference rows from new ones and reports its AUC on held-out rows; 0.5 means no difference seen. It also shows which features give the new ones away.',
      responder:
        'The rows that it is surest are new are examples to look at first. A high figure alone does not say that accuracy fell; label a few and see.',
      policy:
        'If a machine can tell at a glance which cases are new, the system is working outside of what it was tested on. Approval given for the old cases then does not cover the new ones.',
    },
    limits: 'A weak classifier sees nothing; an identifier or a date in the data makes it trivially perfect.',
    source: failingLoudlyPaper,
  },
  {
    ...test,
    id: 'average-thresholded-confidence',
    name: 'average thresholded confidence',
    aliases: ['ATC'],
    access: 'score',
    goal: 'An estimate of accuracy on new inputs that have no labels yet.',
    say: {
      engineer:
        'Finds the confidence above which as large a share of labelled test inputs lies as is right, and reports the share of new inputs above it. It costs one pass and needs no labels.',
      responder:
        'A first estimate of how bad it is, while labels are still on their way. Replace it by a measured figure as soon as there are some.',
      policy:
        'It tells the operator that quality is falling before complaints do. It is an estimate and should be called one.',
    },
    limits: 'It trusts confidence, which often stays high under shift; a good estimate is no proof.',
    source: arxiv(
      '2201.04234',
      'Garg et al. "Leveraging unlabeled data to predict out-of-distribution performance." ICLR 2022.',
      'memory',
    ),
  },
  {
    ...test,
    id: 'lsdd-test',
    name: 'least-squares density difference',
    aliases: ['LSDD test', 'density-difference test'],
    access: null,
    goal: 'To tell whether inputs as a whole are more or less dense somewhere than before.',
    say: {
      engineer:
        'Fits the difference of the two densities with Gaussian kernels and integrates its square, with a p-value by permutation. It sees narrow changes that a mean over all pairs smooths away.',
      responder:
        'It is an alarm over all features at once, like MMD. Where only one of the two fires, look for a small group of new cases rather than a change of all.',
      policy:
        'A second test of whether the world has moved away from the examples, sensitive to small clusters of new cases. Two tests that see different things are harder to fool than one.',
    },
    limits: 'It fits densities around some of the samples only, and in many dimensions sees little.',
    source: {
      citation: 'Sugiyama et al. "Density-difference estimation." Neural Computation 25 (2013).',
      url: 'https://doi.org/10.1162/NECO_a_00492',
      provenance: 'memory',
    },
  },
  {
    ...test,
    id: 'black-box-shift-estimation',
    name: 'black box shift estimation',
    aliases: ['BBSE', 'BBSD', 'black box shift detection'],
    access: 'label',
    goal: 'The shares of the classes in new data that have no labels.',
    say: {
      engineer:
        'Solves the confusion matrix of the labelled reference for the class shares that would give the answers seen now. It needs no calibrated model, but takes for granted that each class looks as it did.',
      responder:
        'It tells whether one kind of case has become more frequent before anybody has labelled one. If inputs within a class look otherwise too, do not trust its figures.',
      policy:
        'It shows whether the system now meets another mix of cases than the one it was approved for. A rare kind that becomes common can turn a good average into a bad one.',
    },
    limits:
      'Wrong as soon as classes themselves look otherwise, and blind where the model confuses two classes evenly.',
    source: arxiv(
      '1802.03916',
      'Lipton, Wang and Smola. "Detecting and correcting for label shift with black box predictors." ICML 2018.',
      'memory',
    ),
  },
  {
    ...test,
    id: 'difference-of-confidences',
    name: 'difference of confidences',
    aliases: ['DoC'],
    access: 'score',
    goal: 'A second estimate of accuracy on new inputs without labels.',
    say: {
      engineer:
        'Takes the accuracy on labelled reference inputs and subtracts the fall of the mean confidence. It is right where confidence is as well calibrated now as it was then.',
      responder:
        'Read it beside average thresholded confidence. Where the two disagree, neither is to be believed before some inputs are labelled.',
      policy:
        'It guesses the loss of quality from how much less sure the system has become. A system that is confidently wrong escapes it.',
    },
    limits: 'A model that stays confident while it errs shows no difference.',
    source: arxiv(
      '2107.03315',
      'Guillory et al. "Predicting with confidence on unseen distributions." ICCV 2021.',
      'memory',
    ),
  },
]
