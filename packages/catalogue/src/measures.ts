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
  safePicklePaper,
  stealingPaper,
} from './techniques/paper.ts'

const evaluationPaper = arxiv('1902.06705', 'Carlini et al. "On evaluating adversarial robustness." 2019.')
const fromFirstPrinciples = arxiv(
  '2112.03570',
  'Carlini et al. "Membership inference attacks from first principles." IEEE S&P 2022.',
)

const groupsPaper = arxiv(
  '1911.08731',
  'Sagawa et al. "Distributionally robust neural networks for group shifts." ICLR 2020.',
  'memory',
)

const naturalPaper = arxiv('1907.07174', 'Hendrycks et al. "Natural adversarial examples." CVPR 2021.')

const confidentLearningPaper = arxiv(
  '1911.00068',
  'Northcutt, Jiang and Chuang. "Confident learning: Estimating uncertainty in dataset labels." JAIR 70 (2021).',
  'memory',
)

const sliceFinderPaper = arxiv(
  '1807.06068',
  'Chung et al. "Slice Finder: Automated data slicing for model validation." 2018.',
  'memory',
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

const combinatorialTesting = {
  citation: 'Kuhn, Kacker and Lei. "Practical combinatorial testing." NIST SP 800-142, 2010.',
  url: 'https://doi.org/10.6028/NIST.SP.800-142',
  provenance: 'memory',
} as const

const ofScan = { unit: 'count', source: safePicklePaper } as const

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
    name: 'scanned-artifacts',
    title: 'scanned files',
    ...ofScan,
    better: 'neither',
    say: {
      engineer:
        'Number of files of the artifacts that were looked into, those of folders counted one by one; the denominator of the other counts of the check.',
      responder: 'Check that every file that is loaded in service is among them.',
      policy: 'How many files the statement covers.',
    },
  },
  {
    name: 'malicious-artifacts',
    title: 'malicious files',
    ...ofScan,
    better: 'lower',
    say: {
      engineer:
        'Number of files that would run or hide something that no honest model file does, such as a call of os.system in a pickle or a program under the name of weights. Each is named with the byte, the call and the rule.',
      responder:
        'Do not load them, and find every machine that did. The reconstructed call says what ran there and with what arguments.',
      policy:
        'Files that act against whoever opens them. Where they came from, and who should have looked, are the questions to ask.',
    },
  },
  {
    name: 'suspicious-artifacts',
    title: 'suspicious files',
    ...ofScan,
    better: 'lower',
    say: {
      engineer:
        'Number of files that can run or reach something and may still be honest: a Lambda layer, a custom operator, code beside the weights, an import that is on no list. Somebody has to read what is named.',
      responder:
        'Treat as hostile until a person has read what is named; ask the maker why the file needs it.',
      policy:
        'Files that carry instructions and not only numbers. They need a reviewer before they are used.',
    },
  },
  {
    name: 'malformed-artifacts',
    title: 'malformed files',
    ...ofScan,
    better: 'lower',
    say: {
      engineer:
        'Number of files that break the rules of their own format, so that two readers may see two things. What was found before the break is reported too.',
      responder:
        'Fetch them again from the source and compare digests; a broken file may be built to blind a scanner.',
      policy: 'Damaged files, by accident or to mislead.',
    },
  },
  {
    name: 'not-examined-artifacts',
    title: 'files that could not be examined',
    ...ofScan,
    better: 'lower',
    say: {
      engineer:
        'Number of files of which some part has no known format, or lay behind a limit. They make the check inconclusive, never clean.',
      responder: 'Nothing is known of these files. Look at them by other means.',
      policy: 'Files about which the scan can make no statement.',
    },
  },
  {
    name: 'clean-artifacts',
    title: 'clean files',
    ...ofScan,
    better: 'higher',
    say: {
      engineer:
        'Number of files that were read to the last byte by a format that is known, with no rule objecting. It says nothing about what the numbers in them do.',
      responder:
        'Loading these files runs nothing of their own. A backdoor in the weights is another matter.',
      policy: 'Files that carry nothing that acts by itself, as far as the method can see.',
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
        'Error under each corruption, over its severities, divided by that of AlexNet on ImageNet-C (data like ImageNet) or of a reference model on the same pictures, and the mean of these; the unit is then a ratio. With nothing to divide by it is the plain mean error, as CIFAR-10-C is reported, and its denominator says so: never compare one kind with the other. The interval is a bootstrap over images; the denominator names the corruptions that went into it, frost never.',
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
        'What corruption adds to the error on the same images clean, divided as `mce` is by what it adds to that of AlexNet or of a reference model, else in plain difference. It separates fragility from a model that is bad anyway.',
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
    name: 'mean-corruption-error',
    title: 'mean error under corruption',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Plain mean error over corruptions and severities, never divided by anything, so that gates and trends keep their meaning when a reference model is added. Equal to `mce` where that has nothing to be divided by.',
      responder:
        'How often the model is wrong on damaged pictures, averaged. For an incident read the single corruptions.',
      policy: 'How often the system errs in bad conditions, averaged. The average hides the worst condition.',
    },
    source: corruptionsPaper,
  },
  {
    name: 'half-accuracy-severity',
    title: 'severity at which accuracy halves',
    unit: 'severity',
    better: 'higher',
    say: {
      engineer:
        'Severity, from 0 for the clean image to 5, at which half of the clean accuracy is gone, by straight lines between the measured ones. Given for the mean and for each corruption, and only where half is lost at all. An interval that ends at 5 says that some draws never lost it.',
      responder:
        'Tells how bad conditions were before the model could no longer be relied on. Compare kept pictures with the gallery of severities.',
      policy: 'How much has to go wrong before the system is only half as good. The further off, the better.',
    },
    source: corruptionsPaper,
  },
  {
    name: 'flip-rate',
    title: 'flip rate',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Share of neighbouring frames of a slowly changing sequence between which the answer changes; frames of noise are compared with the first. The sequences have the published steps of ImageNet-P or CIFAR-10-P, and the rate is not divided by that of AlexNet. Right or wrong does not count. The interval is a bootstrap over images.',
      responder:
        'A high rate explains why a recording replayed gives other answers than were logged. Look at several frames around the event, never at one.',
      policy:
        'How often the system changes its mind while nothing worth mentioning has changed. A decision that hangs on the moment is hard to justify.',
    },
    source: corruptionsPaper,
  },
  {
    name: 'overconfidence',
    title: 'overconfidence',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Mean confidence in the named class less accuracy, on the images of its slice; negative for a model that is too modest. Unlike a calibration error it is not biased by chance, but errors in both directions cancel. The interval is a jackknife over images.',
      responder:
        'If it is high, the confidence in the log says nothing about whether the answer was right. Do not close cases by it.',
      policy:
        'How much surer the system is than it is right. A person who relies on its confidence is misled by this much.',
    },
    source: arxiv('1706.04599', 'Guo et al. "On calibration of modern neural networks." ICML 2017.'),
  },
  {
    name: 'expected-calibration-error',
    title: 'expected calibration error',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Mean distance between confidence and accuracy over 15 bins of equal width, weighted by rows, with the part that chance alone would give taken out; a calibrated model has about 0 at any n. The plain error, as most papers print it, is higher. The interval is a jackknife over images.',
      responder:
        'Says whether a threshold on confidence could have caught the errors: only where this is small.',
      policy: 'How far the stated confidence is from the truth, on average. It should be near zero.',
    },
    source: arxiv('1706.04599', 'Guo et al. "On calibration of modern neural networks." ICML 2017.'),
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
    name: 'agreement-uniform',
    title: 'agreement of a copy on uniform inputs',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Share of inputs drawn uniformly from the whole space on which the copy gives the class of the model, with a Wilson interval. A copy that has learnt only the usual cases shows it here.',
      responder: 'High here, too, the copy is the model and not an imitation of it.',
      policy: 'Whether the imitation behaves the same even where nobody would use it.',
    },
    source: stealingPaper,
  },
  {
    name: 'agreement-by-queries',
    title: 'agreement of a copy by queries',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Agreement of copies that were trained on so many answers, by the way the inputs were chosen; queries are in the slice.',
      responder: 'Read off how many queries a limit would have to stay below.',
      policy: 'How the imitation improves with every question that may be asked.',
    },
    source: stealingPaper,
  },
  {
    name: 'agreement-by-answers',
    title: 'agreement of a copy by what answers show',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Agreement of copies that were trained on the same inputs with a part of each answer hidden: probabilities to one decimal, the three largest, the class alone. The difference to all probabilities is what hiding costs the thief.',
      responder: 'Says whether rounding the answers, or returning the class alone, would help here.',
      policy: 'How much harder imitation becomes if the system says less.',
    },
    source: stealingPaper,
  },
  {
    name: 'queries',
    title: 'queries spent',
    unit: 'queries',
    better: 'higher',
    say: {
      engineer:
        'Samples that the attack sent to the model; those on which copy and model are compared are not among them.',
      responder: 'Compare it with what callers may send in a day.',
      policy: 'How many questions the imitation took.',
    },
    source: fromFirstPrinciples,
  },
  {
    name: 'queries-to-90-percent-agreement',
    title: 'queries to a copy that agrees on 90 %',
    unit: 'queries',
    better: 'higher',
    say: {
      engineer:
        'Fewest queries among the copies that were trained whose agreement is at least 0.9; it is given only if one is. Copies are trained at a handful of sizes, so the true number may be lower.',
      responder: 'A limit per caller has to lie below this to matter.',
      policy: 'The price of a good imitation, in questions.',
    },
    source: stealingPaper,
  },
  {
    name: 'transfer-rate',
    title: 'transfer of adversarial examples from a copy',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Share of adversarial examples that deceive the copy and deceive the model as well, with a Wilson interval; the model was not asked while they were made.',
      responder: 'What a thief could do next without being seen: the first request is already the attack.',
      policy: 'How well a deception that was prepared on the imitation works on the real system.',
    },
    source: stealingPaper,
  },
  {
    name: 'equation-residual',
    title: 'contradiction among equations',
    unit: 'nats',
    better: 'neither',
    say: {
      engineer:
        'Largest distance between a logarithm of two probabilities and what the solved linear model says of it. Next to 0 the model is linear behind its probabilities; anything else is not.',
      responder: 'Tells whether the weights that were computed are those of the model.',
      policy: 'A check on the test itself and not on the system.',
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
    name: 'generalisation-gap',
    title: 'generalisation gap',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Accuracy on training records less accuracy on others, with an interval for the difference of two shares. It is the advantage of the simplest membership attack, and a small gap rules nothing out.',
      responder:
        'Read off two accuracies, so assume that everybody knows it. Stronger attacks do better than it.',
      policy:
        'How much better the system handles what it was built from than what it meets. A large gap means that it remembers more than it has learnt.',
    },
    source: arxiv(
      '1709.01604',
      'Yeom et al. "Privacy risk in machine learning: Analyzing the connection to overfitting." CSF 2018.',
      'memory',
    ),
  },
  {
    name: 'member-accuracy',
    title: 'accuracy on training records',
    unit: 'fraction',
    better: 'neither',
    say: {
      engineer: 'Share of audited training records that the model has right, with a Wilson interval.',
      responder: 'One side of the generalisation gap.',
      policy: 'How often the system is right about what it was built from.',
    },
    source: fromFirstPrinciples,
  },
  {
    name: 'stranger-accuracy',
    title: 'accuracy on other records',
    unit: 'fraction',
    better: 'neither',
    say: {
      engineer:
        'Share of audited records outside of the training data that the model has right, with a Wilson interval.',
      responder: 'The other side of the generalisation gap.',
      policy: 'How often the system is right about what it was not built from.',
    },
    source: fromFirstPrinciples,
  },
  {
    name: 'epsilon-lower-bound',
    title: 'proved privacy loss (epsilon)',
    unit: 'nats',
    better: 'lower',
    say: {
      engineer:
        'Largest epsilon that the error rates of the attack exclude at the stated delta, with 95 % confidence: the threshold is chosen on half of the records, and Clopper and Pearson ends are taken on the other. A training that promises less is not what it promises.',
      responder:
        'Compare it with the epsilon that was promised. Zero proves nothing; a number above the promise is a broken one.',
      policy:
        'Privacy promises are made in this number, and smaller is stronger. This is how much has been shown to leak at least.',
    },
    source: arxiv(
      '2006.07709',
      'Jagielski, Ullman and Oprea. "Auditing differentially private machine learning: How private is private SGD?" NeurIPS 2020.',
      'memory',
    ),
  },
  {
    name: 'shuffled-auc-held',
    title: 'control with shuffled membership',
    unit: 'share',
    better: 'neither',
    say: {
      engineer:
        'Share of 199 shuffles of membership whose 95 % interval of the AUC holds 0.5; about 0.95 when the counting is right.',
      responder: 'A control: far below 0.95 the attack means nothing.',
      policy: 'A check on the test itself and not on the system.',
    },
    source: fromFirstPrinciples,
  },
  {
    name: 'blind-auc',
    title: 'members told apart without the model',
    unit: 'fraction',
    better: 'neither',
    say: {
      engineer:
        'AUC of a cross-fitted linear classifier that sees the records and never the model. Clearly above 0.5 the two sets come from different places, and no attack on them says anything about the model.',
      responder: 'Where this is high, ask how the two sets were collected before you believe a leak.',
      policy:
        'Whether the two groups differ for reasons that have nothing to do with the system. If so, the test is not fair.',
    },
    source: arxiv(
      '2406.16201',
      'Das, Zhang and Tramèr. "Blind baselines beat membership inference attacks for foundation models." 2024.',
      'memory',
    ),
  },
  {
    name: 'class-auc',
    title: 'exposure of a class',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'AUC of the strongest attack of the check among members and strangers of one class. At most twelve classes are named, the most exposed first, so the first one is the highest of many.',
      responder: 'Shows which classes leak most; rare ones often do.',
      policy: 'Some kinds of records are easier to recognise than others.',
    },
    source: fromFirstPrinciples,
  },
  {
    name: 'group-auc',
    title: 'exposure of a group',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'AUC of the strongest attack of the check among members and strangers with one value of a metadata column. The highest of many groups is high by chance, too.',
      responder: 'Shows which groups of people would be named first.',
      policy: 'Whether the risk falls on some groups more than on others.',
    },
    source: fromFirstPrinciples,
  },
  {
    name: 'shadow-accuracy',
    title: 'accuracy of shadow models',
    unit: 'fraction',
    better: 'neither',
    say: {
      engineer:
        'Share of right answers of shadow models about records that they were not trained with. Far from that of the model, they are models of another kind.',
      responder: 'Says whether the attacker’s own models resemble the one under attack.',
      policy: 'A check on the test itself and not on the system.',
    },
    source: fromFirstPrinciples,
  },
  {
    name: 'canary-exposure',
    title: 'exposure of canaries',
    unit: 'bits',
    better: 'lower',
    say: {
      engineer:
        'log2 of the number of canaries that were left out, plus one, less log2 of the rank that an inserted canary has among them by its loss; the median. About 1 is none; it cannot exceed log2 of how many were left out.',
      responder:
        'High exposure means that a secret of this kind in the training data could be found by trying candidates.',
      policy: 'How well the system remembers a planted secret. It is a worst case on purpose.',
    },
    source: arxiv(
      '1802.08232',
      'Carlini et al. "The secret sharer: Evaluating and testing unintended memorization in neural networks." USENIX Security 2019.',
      'memory',
    ),
  },
  {
    name: 'guest-accuracy',
    title: 'accuracy on a foreign task',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Share of fresh samples of a task that the model was never meant for which it has right behind a learnt frame, with a Wilson interval. Read it beside the controls of the same task.',
      responder:
        'High beyond the controls, the service can be used as somebody else’s computer for this task.',
      policy: 'How well outsiders can make the system work for a purpose of their own.',
    },
    source: arxiv(
      '1806.11146',
      'Elsayed, Goodfellow and Sohl-Dickstein. "Adversarial reprogramming of neural networks." ICLR 2019.',
      'memory',
    ),
  },
  {
    name: 'guest-gain',
    title: 'gain over the best control',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Accuracy on the foreign task less the highest of its controls: the commonest class, a program learnt from shuffled labels, and the same on an untrained twin.',
      responder: 'Above zero with its interval, the training of this model is what makes the abuse work.',
      policy: 'What the system itself adds to the foreign use.',
    },
    source: arxiv(
      '1806.11146',
      'Elsayed, Goodfellow and Sohl-Dickstein. "Adversarial reprogramming of neural networks." ICLR 2019.',
      'memory',
    ),
  },
  {
    name: 'commonest-class-share',
    title: 'share of the commonest class',
    unit: 'fraction',
    better: 'neither',
    say: {
      engineer:
        'Share of samples of the foreign task that have its commonest class: what always answering the same would give.',
      responder: 'The least that any program reaches.',
      policy: 'A yardstick for the test and not a property of the system.',
    },
    source: arxiv(
      '1806.11146',
      'Elsayed, Goodfellow and Sohl-Dickstein. "Adversarial reprogramming of neural networks." ICLR 2019.',
      'memory',
    ),
  },
  {
    name: 'shuffled-accuracy',
    title: 'accuracy after learning from shuffled labels',
    unit: 'fraction',
    better: 'neither',
    say: {
      engineer:
        'Accuracy of a program that was learnt in the same way from labels that mean nothing, with a Wilson interval.',
      responder: 'A control: near chance when the counting is right.',
      policy: 'A yardstick for the test and not a property of the system.',
    },
    source: arxiv(
      '1806.11146',
      'Elsayed, Goodfellow and Sohl-Dickstein. "Adversarial reprogramming of neural networks." ICLR 2019.',
      'memory',
    ),
  },
  {
    name: 'untrained-accuracy',
    title: 'accuracy on an untrained twin',
    unit: 'fraction',
    better: 'neither',
    say: {
      engineer:
        'Accuracy of a program for the same architecture with weights that were drawn and not trained. A network that nobody trained is a fair calculator, too.',
      responder: 'What the architecture alone gives away.',
      policy: 'A yardstick for the test and not a property of the system.',
    },
    source: arxiv(
      '1806.11146',
      'Elsayed, Goodfellow and Sohl-Dickstein. "Adversarial reprogramming of neural networks." ICLR 2019.',
      'memory',
    ),
  },
  {
    name: 'linear-probe-accuracy',
    title: 'accuracy of a linear classifier',
    unit: 'fraction',
    better: 'neither',
    say: {
      engineer:
        'Accuracy of a softmax regression on the foreign task’s own pixels, without the model. It solves counting squares, so it decides nothing.',
      responder: 'Says whether the task is hard at all.',
      policy: 'A yardstick for the test and not a property of the system.',
    },
    source: arxiv(
      '1806.11146',
      'Elsayed, Goodfellow and Sohl-Dickstein. "Adversarial reprogramming of neural networks." ICLR 2019.',
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
    name: 'worst-group-accuracy',
    title: 'accuracy in the worst group',
    unit: 'fraction',
    better: 'higher',
    say: {
      engineer:
        'Lowest accuracy among the groups that columns of metadata make, each of at least the number of samples that the option minGroup says. The lowest of many is low by chance too, so the interval is made of Wilson intervals that hold for all groups together (Bonferroni over groups, columns and data sets): from the lowest lower end to the lowest upper end.',
      responder:
        'Look first at cases of this group. If they have become more frequent, accuracy over all will fall without anything else having changed.',
      policy:
        'How often the system is right for those whom it serves worst, among the groups that somebody wrote down. An average can be good while this is not.',
    },
    source: groupsPaper,
  },
  {
    name: 'group-gap',
    title: 'how far the worst group is below the whole',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Accuracy over all samples less accuracy in the group of the slice, with the interval of Newcombe for the group against the rest, made to hold for all groups together (Bonferroni). Without a group in the slice it is that of the worst group.',
      responder:
        'Above the threshold the difference is real, and large enough to act on. Route the cases of this group to people until it is understood.',
      policy:
        'How many more of a hundred cases of this group are decided wrongly than of all cases. Whether the group is one that the law protects is for people to say.',
    },
    source: groupsPaper,
  },
  {
    name: 'group-accuracy',
    title: 'accuracy in one group',
    unit: 'fraction',
    better: 'higher',
    say: {
      engineer:
        'Share of labelled samples with this value in this column of metadata that the model has right, with a Wilson interval that holds for all groups together.',
      responder: 'Compare it with what the owner of the system was told of cases of this kind.',
      policy: 'How often the system is right for one group of cases.',
    },
    source: groupsPaper,
  },
  {
    name: 'confident-mistakes',
    title: 'sure and wrong on unaltered samples',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Share of the pool that the model has wrong with a probability of at least the threshold, 0.9 by default, where the label is not in doubt: neither a suspected label error nor a copy under another label nor far from all other samples. Mistakes that no test settles count unless model and neighbours speak for the same other class. Wilson interval.',
      responder:
        'These are real inputs, and each can be shown again with the same result. A threshold on confidence does not keep them out.',
      policy:
        'How often the system is wrong about ordinary cases and sure of it. Nobody manipulated anything.',
    },
    source: naturalPaper,
  },
  {
    name: 'model-mistakes',
    title: 'mistakes put down to the model',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'As confident-mistakes, however sure the model was. One minus accuracy is this, the suspected labels, the copies, the strays and what is unclear.',
      responder: 'The rate of error to reckon with, once wrong labels are taken out.',
      policy:
        'The share of ordinary cases where the system, and not the record it is compared with, is wrong.',
    },
    source: null,
  },
  {
    name: 'suspected-label-errors',
    title: 'labels that are suspected to be wrong',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Share of the pool whose label both the model and the labels of the nearest samples speak against, for the same other class and by a margin of at least a half. Only mistakes of the model can be suspected. Distances come from another model of the task where there is one; the tested model would vouch for its own mistakes.',
      responder:
        'Have a person look at the gallery before anything is blamed on the model. If training data were labelled the same way, they need the same look.',
      policy:
        'How much of the record that the system is measured against is probably wrong itself. It is a fault of the data and not of the system.',
    },
    source: confidentLearningPaper,
  },
  {
    name: 'near-duplicate-conflicts',
    title: 'copies under different labels',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Share of the pool that the model has wrong while a sample that is all but the same carries another label. One of the two labels is wrong, and nothing here says which.',
      responder: 'Settle the pair by hand; the table of samples names both.',
      policy: 'Cases that were judged differently in the record although they are the same.',
    },
    source: null,
  },
  {
    name: 'out-of-distribution-mistakes',
    title: 'mistakes on strays',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Share of the pool that the model has wrong and that lies farther from its neighbours than 99 % of the samples it has right. Such samples may not belong to the task. Strays that lie together hide one another.',
      responder: 'See how they came into the data; an input check should have stopped them.',
      policy: 'Mistakes about things that the system was perhaps never meant to judge.',
    },
    source: {
      citation: 'Sun et al. "Out-of-distribution detection with deep nearest neighbors." ICML 2022.',
      url: 'https://arxiv.org/abs/2204.06507',
      provenance: 'memory',
    },
  },
  {
    name: 'unclear-mistakes',
    title: 'mistakes that need a person',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Share of the pool that the model has wrong where model and neighbours lean to the same other class, but too faintly to suspect the label, and too much to blame the model.',
      responder: 'Look at a few; borderline cases and sloppy labels both end up here.',
      policy: 'Mistakes of which it is open whether the system or the record is wrong.',
    },
    source: null,
  },
  {
    name: 'label-errors-by-model-alone',
    title: 'labels that the model alone suspects',
    unit: 'fraction',
    better: 'neither',
    say: {
      engineer:
        'Share of the pool that confident learning flags, from the probabilities of the tested model alone. What exceeds suspected-label-errors is what the samples around do not bear out: often hard groups of which the model is sure.',
      responder:
        'Do not repair labels by this list; it holds right labels of groups that the model fails on.',
      policy:
        'What one would call wrong in the record if one believed the system. It is shown because common practice stops there.',
    },
    source: confidentLearningPaper,
  },
  {
    name: 'neighbour-agreement',
    title: 'agreement with neighbours',
    unit: 'fraction',
    better: 'higher',
    say: {
      engineer:
        'Share of the pool of which at least half of the nearest samples carry the same label. It says how well the distances tell classes apart; below the threshold, 0.6 by default, nothing is blamed on the model, and another model under `references` would help.',
      responder: 'If it is low, the sorting of mistakes into kinds means little.',
      policy: 'How far this test can tell a wrong record from a wrong answer.',
    },
    source: null,
  },
  {
    name: 'rms-calibration-error',
    title: 'root mean square calibration error',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Root of the mean squared gap between confidence and accuracy over bins of 100 samples in order of confidence, with the share owed to chance taken out and a jackknife interval. Samples whose label is suspected are left out.',
      responder: 'It weighs large gaps more than the expected calibration error does.',
      policy: 'How far stated and true certainty lie apart, where they lie apart most.',
    },
    source: naturalPaper,
  },
  {
    name: 'aurra',
    title: 'area under the response-rate accuracy curve',
    unit: 'fraction',
    better: 'higher',
    say: {
      engineer:
        'Accuracy on the j surest answers, averaged over all j, with a jackknife interval. Above the accuracy as far as confidence puts mistakes last; it needs no calibrated probabilities, only their order.',
      responder: 'It tells whether sending unsure cases to people would help.',
      policy:
        'How right the system is when it may decline the cases it is least sure of, over all degrees of declining.',
    },
    source: naturalPaper,
  },
  {
    name: 'natural-adversarial-accuracy',
    title: 'accuracy on mined samples',
    unit: 'fraction',
    better: 'higher',
    say: {
      engineer:
        'Accuracy on samples that all the other models given have wrong with less than 0.15 for the right class, suspected labels left out; Wilson interval. The tested model takes no part in choosing. Suspected labels are wrong answers of the model too, so leaving them out is to its favour.',
      responder: 'A low figure means that a second model would not have caught these cases.',
      policy: 'How the system does on ordinary cases that systems of its kind find hard.',
    },
    source: naturalPaper,
  },
  {
    name: 'filtered-accuracy-drop',
    title: 'drop on mined samples',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Accuracy on all samples less accuracy on mined ones, with a bootstrap interval over both parts. A model that errs independently of the miners has a drop of 0, within the control that the table gives.',
      responder: 'How much of the good average is owed to easy cases.',
      policy: 'How much worse the system is where others are bad too.',
    },
    source: naturalPaper,
  },
  {
    name: 'filtered-drop-p-value',
    title: 'p-value of the drop on mined samples',
    unit: 'probability',
    better: 'neither',
    say: {
      engineer:
        'Chance of so many mistakes among the mined samples if the model erred independently of the miners: the upper tail of the hypergeometric distribution.',
      responder: 'At or below 0.05 the mistakes of the models have something in common.',
      policy: 'How easily chance alone would explain that the same cases are hard for all.',
    },
    source: null,
  },
  {
    name: 'mined-samples',
    title: 'share of mined samples',
    unit: 'fraction',
    better: 'neither',
    say: {
      engineer:
        'Share of the pool that the other models have clearly wrong. The denominator says how many more were mined and left out because their label is suspected.',
      responder: 'With a handful of samples the accuracy on them says little.',
      policy: 'How large the hard part of the tested cases is, as other systems see it.',
    },
    source: naturalPaper,
  },
  {
    name: 'shared-mistakes',
    title: 'mistakes that all models share',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Share of the pool that the tested model and every other model given have wrong, suspected labels left out.',
      responder: 'A vote among these models would not have helped in such cases.',
      policy: 'Cases in which asking several systems gives several wrong answers.',
    },
    source: null,
  },
  {
    name: 'mined-transfer',
    title: 'mistakes that another model repeats',
    unit: 'fraction',
    better: 'neither',
    say: {
      engineer:
        'Of the samples that the tested model has clearly wrong, the share that the model of the slice has wrong too. The denominator gives its rate of error on all samples, which is what independent mistakes would give.',
      responder:
        'High: the samples are hard. Low: the fault is this model’s own, and another one can stand in.',
      policy: 'Whether another system would have made the same mistakes.',
    },
    source: naturalPaper,
  },
  {
    name: 'mined-region-excess',
    title: 'mistakes near mistakes',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Share of mistakes among samples of one half of the pool whose nearest sample in the other half the model has clearly wrong, less that among all of the half. It is measured where no other model was given, and shows that mistakes mark places, not that the samples are hard.',
      responder: 'If it is high, look for more inputs like those that went wrong.',
      policy: 'Whether what went wrong once is likely to go wrong with the next similar case.',
    },
    source: null,
  },
  {
    name: 'mined-region-p-value',
    title: 'p-value of mistakes near mistakes',
    unit: 'probability',
    better: 'neither',
    say: {
      engineer:
        'Chance of so many mistakes near mined samples if they fell anywhere: the upper tail of the hypergeometric distribution.',
      responder: 'At or below 0.05 the mistakes gather somewhere.',
      policy: 'How easily chance alone would explain that mistakes lie together.',
    },
    source: null,
  },
  {
    name: 'worst-slice-error',
    title: 'error rate in the worst group found',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Error rate of the group of the slice, a cluster or a conjunction of metadata, with a Wilson interval that is corrected for all groups tested. Mistakes take no part in clustering; metadata groups are chosen on one half of the samples and measured on the other. Suspected labels are left out.',
      responder: 'Find out what the samples of the gallery have in common; that names who is affected.',
      policy:
        'How often the system fails those whom it serves worst, among the groups that could be found without asking who they are.',
    },
    source: sliceFinderPaper,
  },
  {
    name: 'worst-slice-lift',
    title: 'lift of the worst group found',
    unit: 'ratio',
    better: 'lower',
    say: {
      engineer: 'Error rate of the group over that of all samples; 1 is no difference.',
      responder: 'How many times likelier a mistake is for a case of this kind.',
      policy: 'How unevenly mistakes are spread.',
    },
    source: sliceFinderPaper,
  },
  {
    name: 'worst-slice-p-value',
    title: 'p-value of the worst group found',
    unit: 'probability',
    better: 'neither',
    say: {
      engineer:
        'Chance of so many mistakes among as many samples drawn at random, corrected by Benjamini and Hochberg over the clusters, or over the metadata groups asked about.',
      responder: 'At or below 0.05 the group is real.',
      policy: 'How easily chance alone would explain that this group does worse.',
    },
    source: null,
  },
  {
    name: 'slices-found',
    title: 'groups that do worse',
    unit: 'count',
    better: 'lower',
    say: {
      engineer:
        'Groups with an adjusted p-value, a lift and an excess of error beyond all three thresholds; n is how many were tested. Neighbouring clusters can be parts of one failure.',
      responder: 'Treat each as one problem to explain.',
      policy: 'How many kinds of cases the system serves clearly worse than the average.',
    },
    source: null,
  },
  {
    name: 'slice-error',
    title: 'error rate in a group found',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer: 'As worst-slice-error, for each group beyond the thresholds, at most ten of them.',
      responder: 'Go through the groups from the highest rate down.',
      policy: 'How often the system fails one kind of cases.',
    },
    source: sliceFinderPaper,
  },
  {
    name: 'slice-lift',
    title: 'lift of a group found',
    unit: 'ratio',
    better: 'lower',
    say: {
      engineer: 'As worst-slice-lift, for each group beyond the thresholds.',
      responder: 'It orders groups by how far they stand out.',
      policy: 'How many times as often as on average the system fails one kind of cases.',
    },
    source: sliceFinderPaper,
  },
  {
    name: 'slice-p-value',
    title: 'p-value of a group found',
    unit: 'probability',
    better: 'neither',
    say: {
      engineer: 'As worst-slice-p-value, for each group beyond the thresholds.',
      responder: 'All that are listed lie at or below the threshold.',
      policy: 'How easily chance alone would explain one group.',
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
    name: 'condition-coverage',
    title: 'declared conditions that the tests show',
    unit: 'fraction',
    better: 'higher',
    say: {
      engineer:
        'Levels of the declared factors that at least leastSamples test samples have, over all levels. It is counted in full and has no uncertainty; with the slice samples it counts the levels that have enough samples to say something about accuracy.',
      responder:
        'Look whether the condition of the incident is among those without samples. If so, nothing was known of the system there.',
      policy: 'Of the circumstances that the owner listed, how many were tried at all.',
    },
    source: combinatorialTesting,
  },
  {
    name: 'pair-coverage',
    title: 'pairs of conditions that the tests show',
    unit: 'fraction',
    better: 'higher',
    say: {
      engineer:
        'Combinations of two levels of different factors that test samples show, over all there are (two-way coverage). Combinations that cannot occur count as missing. The evidence of untested-operation lists the missing ones and a small set of cases that would show them.',
      responder:
        'Fog by day and a clear night may both be tested while fog by night is not. Check the pair of the incident, not only its parts.',
      policy:
        'Circumstances come together, and many failures need two of them. This counts how many pairs of them were tried.',
    },
    source: combinatorialTesting,
  },
  {
    name: 'triple-coverage',
    title: 'triples of conditions that the tests show',
    unit: 'fraction',
    better: 'higher',
    say: {
      engineer:
        'Combinations of three levels of different factors that test samples show, over all there are (three-way coverage). Their number grows with the cube of the factors, so it is low for most test sets; read untested-operation for how much of that matters.',
      responder:
        'A low value is usual and proves nothing by itself. A missing triple that fits the incident does.',
      policy: 'How many combinations of three circumstances were tried. Most test sets try few.',
    },
    source: combinatorialTesting,
  },
  {
    name: 'untested-operation',
    title: 'share of operation that no test shows',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Expected share of cases in use with some pair of levels that no test sample has, from the declared shares with factors taken as independent. With the slice of, the same for single levels, triples, or all levels together. Gone through in full, or from 20,000 drawn cases with a Wilson interval.',
      responder:
        'It is how much of the use was never looked at. What happens there is unknown, and a good accuracy says nothing of it.',
      policy:
        'Part of what the system will do was never examined. Going into use with it is a decision that somebody should have taken knowingly.',
    },
    source: null,
  },
  {
    name: 'untested-cost',
    title: 'share of what mistakes would cost that no test shows',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'As untested-operation, with each case counted by its declared cost as well as its share. A rare condition in which a mistake is dear weighs here, and hardly in the share of operation.',
      responder:
        'Where it is far above the untested share of operation, what was left out is rare and dear: start there.',
      policy:
        'A missing stop sign is rare and may kill. This counts what was not examined by what is at stake in it.',
    },
    source: null,
  },
  {
    name: 'unread-conditions',
    title: 'samples of which a condition is not known',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Share of test samples that no declared level of the factor takes, with a Wilson interval; the evidence lists the values that stand there. Such samples count for no combination of that factor. A spelling that nobody declared is the usual cause.',
      responder:
        'If the condition of the incident is among the unknown values, the tests may have shown it after all.',
      policy: 'For these cases nobody recorded under which circumstances they were taken.',
    },
    source: null,
  },
  {
    name: 'condition-accuracy',
    title: 'accuracy in one condition',
    unit: 'fraction',
    better: 'higher',
    say: {
      engineer:
        'Share of the samples with the levels of the slice that the model has right, with a Wilson interval of its own. Compare it by condition-accuracy-drop, which is corrected for the number of conditions, and not by whether intervals overlap.',
      responder:
        'The rate to expect in cases like this one, if the condition of the incident is in the slice.',
      policy: 'How often the system is right under the named circumstances.',
    },
    source: null,
  },
  {
    name: 'condition-accuracy-drop',
    title: 'how far one condition is below the whole',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Accuracy over all samples less accuracy with the levels of the slice, by Newcombe’s interval for the condition against the rest, corrected for all conditions and pairs that were compared (Bonferroni). It is reported for every level with enough samples, and for the pairs that are surely worse.',
      responder:
        'If its lower end is above zero the condition is worse for certain, not by chance. Restrict use there until it is mended.',
      policy: 'How many more of a hundred cases go wrong under these circumstances than usually.',
    },
    source: null,
  },
  {
    name: 'worst-condition-accuracy',
    title: 'accuracy in the worst condition',
    unit: 'fraction',
    better: 'higher',
    say: {
      engineer:
        'Lowest accuracy among the levels, and pairs of levels, that have enough samples; the denominator names it. The lowest of many is low by chance too, so whether it is really worse is for condition-accuracy-drop to say.',
      responder: 'Send cases under this condition to people first. The evidence lists the others in order.',
      policy:
        'How often the system is right where it is worst, among the circumstances that were tried often enough.',
    },
    source: null,
  },
  {
    name: 'risk-weighted-error',
    title: 'share of the cost at stake that is lost to mistakes',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Error of each kind of case weighed by its declared share and cost, over the sum of these weights. Kinds without samples enter the value by a guess from single levels (additive, least squares), and the interval as anything between no error and all. The part with samples has Wilson’s interval with Kish’s effective number.',
      responder:
        'A wide interval means that much of what is at stake was not tested. Its lower end is what is certain.',
      policy:
        'Errors counted by what they do in use and not by how often the test happened to contain them. Zero is no harm, one is all the harm there could be.',
    },
    source: null,
  },
  {
    name: 'made-condition-accuracy',
    title: 'right answers where a condition was made',
    unit: 'fraction',
    better: 'higher',
    say: {
      engineer:
        'Share of samples that got the answer declared right after the condition of the slice was made of them: the same class, another class, or no class with a high probability. Wilson interval; clean-accuracy with the same slice is that of the same samples as they were.',
      responder:
        'Replay the condition of the incident in this way. If the answers go wrong in the same manner, it is reproduced.',
      policy:
        'How often the system does what it should when fog, a covered lens or a missing sign is put into the picture.',
    },
    source: null,
  },
  {
    name: 'made-condition-drop',
    title: 'accuracy that a made condition takes',
    unit: 'fraction',
    better: 'lower',
    say: {
      engineer:
        'Clean accuracy less accuracy with the condition made, on the same samples, with a paired bootstrap interval. It is given where the class should stay the same.',
      responder: 'What the condition alone did, since the same cases were right without it.',
      policy: 'How many of a hundred cases the circumstance alone turns from right to wrong.',
    },
    source: null,
  },
  {
    name: 'made-condition-p-value',
    title: 'chance of such a change if the made condition did nothing',
    unit: 'probability',
    better: 'neither',
    say: {
      engineer:
        'Two-sided exact McNemar test of the answers with and without the condition, corrected for all made conditions (Holm). Small means that the condition changes accuracy; by how much, made-condition-drop says.',
      responder: 'Below the threshold the change is no accident. Look at its size before acting.',
      policy: 'Whether what was seen could be chance. It says nothing of how bad it is.',
    },
    source: null,
  },
  {
    name: 'worst-made-condition-accuracy',
    title: 'right answers in the worst made condition',
    unit: 'fraction',
    better: 'higher',
    say: {
      engineer:
        'Lowest made-condition-accuracy of the run; the denominator names the condition and what would have been right. It has the interval of that one condition.',
      responder:
        'The condition to look at first. The pictures in the evidence show what the model was given.',
      policy:
        'How the system does in the circumstance, of those that could be produced, that it bears worst.',
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
