// What the numbers in a run mean, by the names they have there. Most of them are rates, and what is said of reading a rate
// is the same for all: the interval holds the true value with the stated confidence, n is what the rate was counted
// on, and the denominator says what those are.
import type { Measure } from './schema.ts'
import {
  arxiv,
  autoAttackPaper,
  badNetsPaper,
  corruptionsPaper,
  failingLoudlyPaper,
  stealingPaper,
} from './techniques/paper.ts'

const evaluationPaper = arxiv('1902.06705', 'Carlini et al. "On evaluating adversarial robustness." 2019.')
const fromFirstPrinciples = arxiv(
  '2112.03570',
  'Carlini et al. "Membership inference attacks from first principles." IEEE S&P 2022.',
)

const median = (
  norm: 'L-infinity' | 'L2' | 'L1',
  what: string,
): Pick<Measure, 'title' | 'better' | 'say' | 'source'> => ({
  title: `median change in ${norm}`,
  better: 'higher',
  say: {
    engineer: `Median distance in ${norm} (${what}) between the inputs and the points that fooled the model, in unit space. In the check for the shortest way it is over all inputs the model had right, and one that was not fooled counts as further than any; elsewhere it is over successes only, and speaks of where the attack stopped. It is an upper bound of what is needed.`,
    responder: `Half of the inputs were turned by a change of this size or less. Compare it with the noise of your sensors: a change below it will not be seen in a kept input.`,
    policy: `How much had to be changed in the typical case, measured as ${what}. The smaller the figure, the less a person would notice.`,
  },
  source: arxiv(
    '1608.04644',
    'Carlini and Wagner. "Towards evaluating the robustness of neural networks." IEEE S&P 2017.',
  ),
})

const ofDigests = { unit: 'count', source: badNetsPaper } as const

export const measures: readonly Measure[] = [
  {
    name: 'clean-accuracy',
    title: 'clean accuracy',
    unit: 'fraction',
    better: 'higher',
    say: {
      engineer:
        'Share of unaltered, labelled inputs that the model has right, with a Wilson interval over n inputs. Everything under attack or damage is read against it: no robust accuracy can be above it on the same inputs.',
      responder:
        'If it is far from what the owner states, look at labels and the input block of the configuration before anything else: then the wrong model, or the wrong preprocessing, was tested.',
      policy:
        'How often the system is right when nobody interferes. It says nothing about attacks, unusual cases, or whom the errors hit.',
    },
    source: null,
  },
  {
    name: 'robust-accuracy',
    title: 'robust accuracy',
    unit: 'fraction',
    better: 'higher',
    say: {
      engineer:
        'Share of attacked inputs that are right and stayed right under every attack that ran, within the norm and radius of the slice; inputs wrong from the start count as not robust. It is the worst case of each input, with a Wilson interval over n. It is an upper bound: a stronger attack can only lower it.',
      responder:
        'One minus this is the share of inputs that an attacker with the stated access can turn, or that were wrong anyway. Read the attack, the access and the radius with it, and the sanity checks that can void it.',
      policy:
        'How often the system is still right when somebody tries to deceive it in the stated way. It is what the test could not break, and no guarantee.',
    },
    source: autoAttackPaper,
  },
  {
    name: 'robust-accuracy-curve',
    title: 'robust accuracy by size of the change',
    unit: 'fraction',
    better: 'higher',
    say: {
      engineer:
        'Robust accuracy at several radii, read off the distances of the nearest points that fooled the model; each point has its own interval and its radius in the slice. Where the shortest way was searched it is read on those samples only.',
      responder:
        'The radius at which the curve falls tells how strong an attacker must be. A curve that does not reach zero at a large radius points to a broken attack.',
      policy:
        'It shows how protection shrinks as an attacker is allowed to change more. No single radius is the true one; the curve shows all.',
    },
    source: evaluationPaper,
  },
  {
    name: 'attack-success-rate',
    title: 'attack success rate',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Share of attempts that reached their goal within the ball, each confirmed by asking again, with a Wilson interval. The denominator is usually the inputs the model had right, for a chosen class those that have one to reach. It rises with effort, so compare only equal attacks and budgets.',
      responder:
        'The share of tries that worked for an attacker with the stated access. A lower end above zero means that the attack is real; how often it is used is another question.',
      policy:
        'Out of a hundred attempts to deceive the system, this many worked. Zero means that none of n attempts did, and not that none can.',
    },
    source: evaluationPaper,
  },
  {
    name: 'queries-to-success',
    title: 'queries to success',
    unit: 'queries, or passes with a gradient',
    better: 'higher',
    say: {
      engineer:
        'Median and 90th percentile of what successful attacks spent on an input, by the attack that succeeded: passes for attacks with gradients, queries otherwise. Inputs that held are not in it, so it falls when an attack succeeds only on the easy ones.',
      responder:
        'Set rate limits and alarms well below it: it is how many requests an attacker needs for one input. Attacks carried over from another model need a single one.',
      policy:
        'What a successful deception costs in requests. Multiplied by the price of a request it is the price of the attack.',
    },
    source: evaluationPaper,
  },
  { name: 'median-linf', unit: 'linf', ...median('L-infinity', 'the largest change of any single number') },
  { name: 'median-l2', unit: 'l2', ...median('L2', 'the length of the whole change') },
  { name: 'median-l1', unit: 'l1', ...median('L1', 'the sum of all changes') },
  {
    name: 'artifacts',
    title: 'artifacts',
    ...ofDigests,
    better: 'neither',
    say: {
      engineer:
        'Number of files that the configuration names as artifacts; the denominator of the other counts of the check. Files it does not name are not looked at.',
      responder:
        'Check that every file that is loaded in service is among them; a missing one was not examined.',
      policy: 'How many files the statement covers.',
    },
  },
  {
    name: 'verified-artifacts',
    title: 'verified artifacts',
    ...ofDigests,
    better: 'higher',
    say: {
      engineer:
        'Number of artifacts whose SHA-256 and size are those of the lock file. It is a count and has no interval. It says nothing of what is inside.',
      responder:
        'These files are the ones that were locked. If the compromise is older than the lock they are no alibi.',
      policy: 'So many files carry an unbroken seal. The seal says nothing about their quality.',
    },
  },
  {
    name: 'digest-mismatches',
    title: 'digest mismatches',
    ...ofDigests,
    better: 'lower',
    say: {
      engineer:
        'Number of artifacts whose bytes differ from the recorded digest. One is a finding by default. The count does not tell tampering from an update that nobody locked.',
      responder:
        'Quarantine each such file and keep both digests, paths and times. Ask who could write there since it was locked.',
      policy:
        'Files that are not the ones that were approved. Either the approval was not repeated after a change, or somebody exchanged them.',
    },
  },
  {
    name: 'without-digest',
    title: 'artifacts without a digest',
    ...ofDigests,
    better: 'lower',
    say: {
      engineer:
        'Number of artifacts for which the lock file holds no digest. Lock them once you know that they are right.',
      responder:
        'For these files nobody can say whether they were exchanged. Compare with a backup or with the publisher.',
      policy: 'Files without a seal: if they were exchanged, nobody would notice.',
    },
  },
  {
    name: 'weak-digests',
    title: 'artifacts with a forgeable digest',
    ...ofDigests,
    better: 'lower',
    say: {
      engineer:
        'Number of artifacts recorded by SHA-1 or MD5 only, for which other files with the same digest can be made. They count as unverified.',
      responder: 'A match with such a digest is no evidence that the file is the original.',
      policy: 'Files whose seal can be imitated.',
    },
  },
  {
    name: 'missing-artifacts',
    title: 'missing artifacts',
    ...ofDigests,
    better: 'lower',
    say: {
      engineer:
        'Number of artifacts of the configuration that are not there. They make the check inconclusive, never clean.',
      responder: 'Find out whether they were moved, or removed to hide something.',
      policy: 'Files that should have been examined and could not be.',
    },
  },
  {
    name: 'majority-share',
    title: 'share of the commonest class',
    unit: 'fraction',
    better: 'neither',
    say: {
      engineer:
        'Share of the inputs that belong to the most frequent class, which a model that always answers with it would have right. Accuracy near it leaves no room to lose, and the check is then inconclusive.',
      responder:
        'Use it as the zero of accuracy: a figure close to it says that the model does hardly better than a fixed answer.',
      policy:
        'What one would get right by always giving the same answer. Only what is above it is an achievement.',
    },
    source: null,
  },
  {
    name: 'corruption-accuracy',
    title: 'accuracy under a corruption',
    unit: 'fraction',
    better: 'higher',
    say: {
      engineer:
        'Share of damaged pictures that the model has right, for the corruption and, where the slice names one, the severity. Over severities the interval is from a bootstrap over images, for one severity a Wilson interval.',
      responder: 'The row with the lowest value is the condition to look for in the log.',
      policy: 'How often the system is right in one particular bad condition.',
    },
    source: corruptionsPaper,
  },
  {
    name: 'corruption-accuracy-drop',
    title: 'loss of accuracy under a corruption',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Share of the clean accuracy that is lost under one corruption, over severities, with a bootstrap interval corrected for the number of corruptions (Bonferroni). 0 is no loss; above 0 even guessing models lose.',
      responder:
        'Ranks the conditions by harm. A single high one is a reason to restrict use in that condition.',
      policy: 'How much of its ability the system loses in one particular condition.',
    },
    source: corruptionsPaper,
  },
  {
    name: 'mce',
    title: 'mean corruption error',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Plain mean error over corruptions and severities, as CIFAR-10-C is reported, with a bootstrap interval over images. It is not divided by the errors of AlexNet as the mCE of ImageNet-C is, so do not compare the two. Its denominator names the corruptions that went into it.',
      responder: 'One figure for a trend between versions. For an incident read the single corruptions.',
      policy: 'How often the system errs in bad conditions, averaged. The average hides the worst condition.',
    },
    source: corruptionsPaper,
  },
  {
    name: 'relative-mce',
    title: 'error added by corruption',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Mean error under corruption less the error on the same images clean, in plain difference and not divided by a reference model. It separates fragility from a model that is bad anyway.',
      responder: 'What the conditions add to the usual rate of errors.',
      policy: 'The part of the errors that bad conditions are to blame for.',
    },
    source: corruptionsPaper,
  },
  {
    name: 'relative-accuracy-drop',
    title: 'share of clean accuracy that is lost',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'One minus accuracy under corruption divided by clean accuracy, over all corruptions and severities, with a bootstrap interval. It becomes a finding when the lower end is above the threshold, 0.1 by default.',
      responder:
        'The headline for how sensitive the model is; severity follows from it and from how often such conditions occur.',
      policy: 'Of everything it can do in good conditions, the system loses this share in bad ones.',
    },
    source: corruptionsPaper,
  },
  {
    name: 'worst-corruption-accuracy',
    title: 'accuracy under the worst corruption',
    unit: 'fraction',
    better: 'higher',
    say: {
      engineer:
        'The lowest accuracy among the corruptions, over severities; the slice names which. The interval is widened for having picked the worst of several.',
      responder: 'Start with this condition: it is where harm is likeliest.',
      policy: 'How the system does in the worst of the tested conditions, which an average would hide.',
    },
    source: corruptionsPaper,
  },
  {
    name: 'agreement',
    title: 'agreement of a copy with the original',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Share of inputs on which the copy and the model give the same class, with a Wilson interval. Read it on test inputs and on uniform inputs: a copy can agree on the former and differ elsewhere. Accuracy of the copy is another thing.',
      responder: 'Near one means that whoever has the copy can prepare everything else offline.',
      policy: 'How faithfully the imitation behaves. It says nothing about who may use it.',
    },
    source: stealingPaper,
  },
  {
    name: 'auc',
    title: 'area under the curve',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Chance that the test scores a true case above a false one; 0.5 is guessing, 1 perfect. It averages over all thresholds, so an AUC near 0.5 can hide a few records that are exposed with certainty.',
      responder: 'Use it to compare attacks, and the rate at few false alarms to judge harm.',
      policy:
        'How well insiders and outsiders of the data can be told apart on average. For privacy the few who stand out matter more than the average.',
    },
    source: fromFirstPrinciples,
  },
  {
    name: 'tpr-at-fpr-<f>',
    title: 'true-positive rate at a false-positive rate',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Share of members recognised when at most the stated share of non-members is called a member. It is given only with at least 10/f non-members, since fewer cannot show so low a rate.',
      responder: 'So many people can be named almost without error. These are the ones to inform.',
      policy:
        'The share of people who can be exposed with hardly a mistake. It is the figure that matters for a person.',
    },
    source: fromFirstPrinciples,
  },
  {
    name: 'advantage',
    title: 'advantage of the attacker',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Largest difference between true-positive and false-positive rate over thresholds; 0 is guessing, 1 certainty. Chosen on the same data it is biased upwards, so thresholds come from other data.',
      responder: 'How much better than a coin the attacker does on average.',
      policy: 'What the attacker gains over guessing, averaged over everybody.',
    },
    source: arxiv(
      '1709.01604',
      'Yeom et al. "Privacy risk in machine learning: Analyzing the connection to overfitting." CSF 2018.',
      'memory',
    ),
  },
  {
    name: 'suspected-target-class',
    title: 'suspected target class',
    unit: 'class index',
    better: 'neither',
    say: {
      engineer:
        'Index of the class that a test for backdoors found out of line with the others. It is a label and not a quantity; read it with the p-value and with other seeds.',
      responder: 'Search for a common mark among inputs that were given this class.',
      policy: 'The answer that the model may have been arranged to give. A suspicion is no proof.',
    },
    source: arxiv(
      '2205.06900',
      'Wang et al. "MM-BD: Post-training detection of backdoor attacks with arbitrary backdoor pattern types using a maximum margin statistic." IEEE S&P 2024.',
    ),
  },
  {
    name: 'shift-p-value',
    title: 'p-value of a shift',
    unit: 'probability',
    better: 'neither',
    say: {
      engineer:
        'Chance of samples this different, or more, if nothing had shifted. Without a slice it is joint over all tests of the check, by permutation, (1 + k) / (1 + m), and needs no further correction; its interval is the error of drawing permutations. With the slice given: class, rows were compared within classes only.',
      responder:
        'At or below 0.05 the shift is probably real. How large it is, and whether it did harm, the figures beside it say.',
      policy:
        'How easily chance alone would explain the difference. A small figure means that something changed, and not that it matters.',
    },
    source: failingLoudlyPaper,
  },
  {
    name: 'psi',
    title: 'population stability index',
    unit: 'nats',
    better: 'lower',
    say: {
      engineer:
        'Sum of (a - b) ln(a / b) over ten quantile bins of the reference, half a count added to each, for the feature of the slice, with a bootstrap interval. Without a shift it is about 9 (1/m + 1/n), so that the usual alarms at 0.1 and 0.25 mean nothing for small samples.',
      responder: 'The feature with the highest index moved most; ask first what changed at its source.',
      policy:
        'A measure from credit scoring of how far today’s cases are from those the system was built on. Above 0.1 one looks closer, above 0.25 one acts.',
    },
    source: null,
  },
  {
    name: 'wasserstein',
    title: 'distance moved by a feature',
    unit: 'standard deviations',
    better: 'lower',
    say: {
      engineer:
        'Wasserstein distance of order 1 between the two samples of the feature, divided by the standard deviation of the reference, with a bootstrap interval. For a plain move it is the move.',
      responder:
        'How far the typical value of this feature has wandered, in units of its usual spread. A tenth is small, a whole one is another world.',
      policy: 'How far the cases of today lie from those of the test in one characteristic.',
    },
    source: null,
  },
  {
    name: 'ks-distance',
    title: 'distance of distributions',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Largest difference between the cumulative distributions of the feature, with an interval from the inequality of Dvoretzky, Kiefer, Wolfowitz and Massart on both sides. Under no shift it is about 0.9 sqrt(1/m + 1/n).',
      responder: 'The largest share of cases that have crossed some value of this feature.',
      policy: 'What share of the cases has moved, at most, past any line one could draw.',
    },
    source: failingLoudlyPaper,
  },
  {
    name: 'mmd',
    title: 'maximum mean discrepancy',
    unit: 'squared kernel distance',
    better: 'lower',
    say: {
      engineer:
        'Unbiased estimate of the squared discrepancy under a Gaussian kernel of median width on standardised features, with a jackknife interval; it can fall below zero. Compare it only between runs with the same data sets.',
      responder: 'It has no scale of its own; read its p-value, and the features, for what to do.',
      policy: 'A single figure for how far old and new cases are apart, all characteristics together.',
    },
    source: failingLoudlyPaper,
  },
  {
    name: 'lsdd',
    title: 'density difference',
    unit: 'squared density difference',
    better: 'lower',
    say: {
      engineer:
        'Least-squares estimate of the integral of (p - q) squared, times (pi s^2)^(d/2) for a kernel of width s, so that it does not vanish with the dimension. It has no interval; its p-value by permutation goes into the joint one.',
      responder: 'Like the discrepancy it is for alarms; a rise between weeks says more than its value.',
      policy: 'Another figure for how much the mix of cases has changed, sensitive to new clusters.',
    },
    source: null,
  },
  {
    name: 'share-of-features-shifted',
    title: 'share of features that shifted',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Share of the features whose p-value, corrected for all of them by permutation, is at most alpha, with a Wilson interval that takes features as independent, which they are not.',
      responder:
        'One feature points to one source, such as a sensor. Most of them at once point to the whole pipeline or to other people using it.',
      policy: 'In how many characteristics the cases of today differ from those of the test.',
    },
    source: failingLoudlyPaper,
  },
  {
    name: 'domain-classifier-auc',
    title: 'how well old and new can be told apart',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Area under the curve of a cross-fitted logistic regression that tells current rows from reference rows, with an interval by DeLong. 0.5 is no difference seen; a linear classifier sees linear differences only.',
      responder:
        'Near 0.5 the inputs are what they were. Near 1 every single input gives itself away as new, and figures from the old test say nothing about it.',
      policy:
        'How surely one can tell from a single case that it does not come from the test. Half is pure guessing.',
    },
    source: failingLoudlyPaper,
  },
  {
    name: 'label-shift',
    title: 'change in the shares of classes',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Total variation between the class shares of the two data sets, with a two-sample bootstrap interval; counted where both have labels, estimated from the confusion matrix where the current one has none. Chance alone makes it a little above zero.',
      responder:
        'So large a share of the cases now belongs to other classes than before. Find which class grew.',
      policy:
        'How far the mix of cases has changed, say between healthy and ill. The same system is then right less often, or more, without having changed.',
    },
    source: arxiv(
      '1802.03916',
      'Lipton, Wang and Smola. "Detecting and correcting for label shift with black box predictors." ICML 2018.',
      'memory',
    ),
  },
  {
    name: 'estimated-accuracy',
    title: 'estimated accuracy without labels',
    unit: 'fraction',
    better: 'higher',
    say: {
      engineer:
        'Accuracy on the current inputs as guessed from confidence by the method named, with a two-sample bootstrap interval. The interval holds the error of sampling only: that confidence still means what it meant is taken for granted.',
      responder: 'A figure to act on until labels arrive, and to be replaced by them.',
      policy:
        'What the operator may believe about quality today. It is a guess, and calling it a measurement would be wrong.',
    },
    source: arxiv(
      '2201.04234',
      'Garg et al. "Leveraging unlabeled data to predict out-of-distribution performance." ICLR 2022.',
      'memory',
    ),
  },
  {
    name: 'accuracy-drop',
    title: 'fall of accuracy',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Accuracy on the reference less accuracy on the current data, with a two-sample bootstrap interval; estimated where an attack name says how, measured otherwise. With the slice given: class, the reference is weighted to the current shares of classes first, so that only what these do not explain is left.',
      responder:
        'The harm itself. Above the threshold, route the affected cases to people until it is understood.',
      policy: 'How many more of a hundred cases are decided wrongly than when the system was tested.',
    },
    source: null,
  },
  {
    name: 'test-leakage',
    title: 'share of the test set that was trained on',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Share of test samples that are copies of training samples, exact ones or, for pictures, ones whose grey values correlate at least as the option nearDuplicate says. Wilson interval over the test set. Accuracy on these samples measures memory; measure again without them.',
      responder:
        'If a model does worse in use than in its test, this is the first thing to rule out. Keep both data sets as they were, with their digests.',
      policy:
        'Part of the exam was handed out beforehand. The results of the exam are better than the candidate.',
    },
    source: null,
  },
  {
    name: 'exact-test-leakage',
    title: 'share of the test set that was trained on, number for number',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'The part of test-leakage that is the same in every number. It mostly points to a split that was made after samples were duplicated.',
      responder:
        'Copies that are the same in every number come from how the data were split, and not from how the world is.',
      policy: 'Questions of the exam that were handed out beforehand word for word.',
    },
    source: null,
  },
  {
    name: 'repeated-test-samples',
    title: 'share of test samples that repeat another one',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Share of test samples that are copies of an earlier test sample. Each repetition counts a case twice, so intervals are narrower than the data deserve.',
      responder:
        'A test set that repeats itself is smaller than it looks; its figures are less certain than stated.',
      policy: 'The same question asked twice: the exam is shorter than it seems.',
    },
    source: null,
  },
  {
    name: 'untested-classes',
    title: 'classes that the test set does not test',
    unit: 'count',
    better: 'lower',
    say: {
      engineer:
        'Classes of the model with fewer test samples than the option classSamples. Overall accuracy cannot show how the model does on them.',
      responder: 'If the incident concerns one of these classes, no test ever spoke about it.',
      policy:
        'Kinds of cases that were never, or hardly ever, part of the test. Nobody knows how the system treats them.',
    },
    source: null,
  },
  {
    name: 'smallest-class-samples',
    title: 'test samples of the rarest class',
    unit: 'count',
    better: 'higher',
    say: {
      engineer:
        'Number of test samples of the class that has fewest. An accuracy for that class has an interval as wide as this number allows.',
      responder: 'With few samples of a class, its stated accuracy is little more than a guess.',
      policy: 'How many cases of the rarest kind were tested. A handful proves nothing.',
    },
    source: null,
  },
  {
    name: 'accuracy-margin',
    title: 'margin of an accuracy measured on the test set',
    unit: 'points',
    better: 'lower',
    say: {
      engineer:
        'Half of the 95 % Wilson interval, in percentage points, that a test set of this size leaves for a model that is right on 90 %. It follows from the number of samples alone; two models that differ by less cannot be told apart on it unless they are compared in pairs.',
      responder:
        'A drop in accuracy below this margin may be chance. Compare the same samples before and after.',
      policy: 'How far a stated accuracy can be off, merely because only so many cases were tested.',
    },
    source: null,
  },
  {
    name: 'confident-on-nothing',
    title: 'share of inputs without content that the model is sure of',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Share of blank inputs, noise, stripes and shuffled samples to which the model gives some class at least the probability that the option confident says. Wilson interval; sliced by kind of input.',
      responder:
        'A covered lens, a dead sensor or a broken cable then looks like a clear case. Check what the sensor delivered at the time before trusting the confidence in the log.',
      policy:
        'How often the system claims to be sure when it was shown nothing at all. A system that cannot say "I do not know" needs somebody who can.',
    },
    source: null,
  },
]
