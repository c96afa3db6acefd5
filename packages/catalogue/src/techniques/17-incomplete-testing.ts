import type { TechniqueInput } from '../schema.ts'
import { arxiv, rulesOfTheGamePaper } from './paper.ts'

const test = { kind: 'test', modes: ['incomplete-testing'] } as const

export const incompleteTesting: readonly TechniqueInput[] = [
  {
    ...test,
    id: 'slice-search',
    name: 'slice search',
    aliases: ['slice finder', 'weak slices'],
    access: 'label',
    goal: 'Groups of inputs on which the model is clearly worse.',
    say: {
      engineer:
        'Searches conditions on features, by a small tree on the errors or by trying combinations, for groups of at least some dozens of rows that are worse with a correction for many tests. It costs one pass over labelled data.',
      responder:
        'If an incident lies in such a group, it is not a single case: list the other decisions about the group. Report the size of the group and the interval along with the rate.',
      policy: 'A good average can rest on a minority that is served badly. This finds out who it is.',
    },
    limits: 'Groups that no feature describes, or with too few rows, stay hidden.',
    source: arxiv(
      '1807.06068',
      'Chung et al. "Slice Finder: Automated data slicing for model validation." 2018.',
      'memory',
    ),
  },
  {
    ...test,
    id: 'realistic-events',
    name: 'realistic event tests',
    aliases: ['event tests'],
    access: 'label',
    goal: 'To know what happens in the plain mishaps that the system will meet.',
    say: {
      engineer:
        'Feeds missing, covered, rotated, blank, duplicated, stale and out-of-class inputs and wrong units, and records answer and confidence. Count conditions that were not tried as untested.',
      responder:
        'Replay the incident with such an event first: it is likelier than an attack. If it reproduces the failure, nobody need be accused.',
      policy:
        'A stop sign that the wind blew down is likelier than one that somebody manipulated. Tests should begin there.',
    },
    limits: 'A list of events is never complete; what was not on it remains untested.',
    source: rulesOfTheGamePaper,
  },
  {
    ...test,
    id: 'test-set',
    name: 'test-set hygiene',
    aliases: ['duplicate search', 'leakage search'],
    access: null,
    goal: 'To know how far a test set can carry the accuracy that is measured on it.',
    say: {
      engineer:
        'Looks for test samples that are copies of training samples or of each other, by hash and by correlation, counts classes with too few samples, and states the margin that the size of the set leaves. It asks the model nothing.',
      responder:
        'Run it when a model does worse in use than in its test. Copies between training and test explain a good test and a bad use without anybody having done anything to the model.',
      policy:
        'An exam proves something only when its questions were not known beforehand and cover the subject. This checks the exam.',
    },
    limits: 'Copies that were cropped or shifted, and different pictures of the same thing, are not found.',
    source: arxiv(
      '1902.00423',
      'Barz and Denzler. "Do we train on test data? Purging CIFAR of near-duplicates." 2020.',
      'memory',
    ),
  },
  {
    ...test,
    id: 'nothing-there',
    name: 'inputs without content',
    aliases: ['blank input test', 'garbage input test'],
    access: 'score',
    goal: 'To know whether the model can be unsure.',
    say: {
      engineer:
        'Shows the model blank inputs of all levels, uniform noise, stripes and samples with shuffled pixels, and counts how often it gives some class a high probability. It costs a few hundred queries.',
      responder:
        'If the model is sure of nothing in particular, a confident entry in the log does not mean that there was something to see. Look at the raw input.',
      policy:
        'A person shown a blank page says so. This counts how often the system names something on it, and is sure.',
    },
    limits: 'A model that is unsure of noise can still be sure of real things that it has no class for.',
    source: rulesOfTheGamePaper,
  },
  {
    ...test,
    id: 'operating-conditions',
    name: 'coverage of operating conditions',
    aliases: ['t-way coverage', 'combinatorial coverage', 'operational design domain coverage'],
    access: null,
    goal: 'To know which of the declared conditions, alone and together, the tests leave out.',
    say: {
      engineer:
        'Counts which levels, pairs and triples of the declared factors the test samples show, how much of expected operation and of its cost is left out, and searches a small set of new cases that would close the gap. With a model and labels it adds accuracy by condition and the error weighed by operation.',
      responder:
        'Look up the conditions of the incident in the list of what was not tested. If they are there, the failure was not seen because nobody looked.',
      policy:
        'The owner says where the system is to be used, and this shows where it was tried. The difference between the two is what was taken on trust.',
    },
    limits:
      'Conditions that nobody declared are not seen, and one sample of a combination says little about it.',
    source: {
      citation: 'Kuhn, Kacker and Lei. "Practical combinatorial testing." NIST SP 800-142, 2010.',
      url: 'https://doi.org/10.6028/NIST.SP.800-142',
      provenance: 'memory',
    },
  },
  {
    ...test,
    id: 'made-conditions',
    name: 'conditions made of samples',
    aliases: ['object removal test', 'sensor dropout test', 'stale input test'],
    access: 'label',
    goal: 'To know what the model does in conditions for which there are no samples.',
    say: {
      engineer:
        'Adds a corruption, covers a part, removes an object by filling its box from around it, blanks, swaps or delays the input, or loses sensor rows, and compares with the same samples in pairs. What is right then is declared: the same class, another one, or no confident answer.',
      responder:
        'Make the condition of the incident of ordinary samples first. That is quicker than waiting for it to happen again.',
      policy:
        'The stop sign that the wind took away can be taken away in the picture. Whoever could have tried that and did not has something to explain.',
    },
    limits:
      'A made condition is not a real one: a filled-in box has no texture, and fog that was calculated hides less than fog on a lens.',
    source: rulesOfTheGamePaper,
  },
]
