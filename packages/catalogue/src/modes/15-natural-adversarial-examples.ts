import { accessNotAsked } from '../access.ts'
import { aiAct, avid } from '../crosswalk-schemes.ts'
import { aiActSafety, productLiability } from '../legal.ts'
import type { FailureModeInput } from '../schema.ts'

export default {
  number: 15,
  slug: 'natural-adversarial-examples',
  name: 'Natural Adversarial Examples',
  summaryName: 'Natural Adversarial Examples',
  kind: 'unintentional',
  addedIn: 'failure-modes-2019',
  systemKinds: ['predictive', 'generative'],
  provenance: 'verified',
  overview:
    'The system fails on real inputs that no attacker has altered; they are found by searching for hard negatives.',
  description:
    'Among unaltered inputs there are some that the system gets wrong, often with great confidence. Searching a large pool for them, known as hard negative mining, finds them without any perturbation.',
  compromises: ['safety'],
  scenarios: [
    {
      text: 'By a simple search for hard negatives an input is found that confuses the system, and showing it that input again is enough.',
      tags: [],
      references: [25],
    },
  ],
  parallel: {
    text: 'A corner case that testing missed.',
    differs:
      'The corner cannot be named: there is no boundary value, only a kind of picture or text that people find easy. Fixing the one example teaches little about its neighbours, and the confidence shown gives no warning.',
    provenance: 'derived',
  },
  stride: [],
  policy: {
    cause:
      'The model relies on cues that go along with the right answer most of the time, such as background or texture.',
    consequence:
      'Plain, honest inputs are misjudged. A high average accuracy hides that certain cases are nearly always wrong.',
    civilLiberties:
      'If the hard cases are people of one group, average figures conceal unequal treatment. Those wrongly judged have done nothing that they could change.',
    opinionOf: 'failmode',
    provenance: 'derived',
  },
  accessViolation: accessNotAsked,
  legalNotes: [
    aiActSafety(
      'natural-adversarial',
      'Articles 10, 15(1) and 15(4)',
      'Data quality, and a fitting level of accuracy and robustness.',
      'memory',
    ),
    productLiability,
  ],
  mitigations: ['15-o1', '15-o2', '15-o3'],
  crosswalk: [
    ...avid('P0202', 'P0204'),
    aiAct('15(1)', 'Accuracy, robustness and cybersecurity', 'memory'),
    aiAct('15(4)', 'Robustness', 'memory'),
    aiAct('10', 'Data and data governance', 'memory'),
  ],
  say: {
    engineer:
      'Mine your own pool for inputs that the model gets wrong with high confidence, group them, and name the cue that each group shares. Report accuracy on the mined set beside the average, and measure calibration. Keep some mined groups out of training, to see whether a fix carries over.',
    responder:
      'Check that the input is truly unaltered before excluding an attack. Search for similar inputs and their outcomes; one odd case seldom stands alone. Lower the weight of the confidence score in decisions while the matter is open.',
    policy:
      'The system failed on an ordinary case and was sure of itself. Nobody tricked it. The question for its owner is whether hard cases were looked for at all, and whether the average that was reported said enough.',
  },
  response: {
    firstResponse: [
      'Confirm that the input was not manipulated.',
      'Search for inputs like it, and correct the decisions made on them.',
      'Describe the shared cue, and test it by removing it.',
      'Send low-agreement or unusual cases to people for now.',
      'Add the group, not just the example, to tests and training.',
    ],
    evidenceToPreserve: [
      'The original input with its history',
      'Predictions and confidences of this and other models',
      'The group of similar inputs, and how they were found',
      'Test reports and the data they were based on',
      'Which attributes of people, if any, the group shares',
    ],
  },
} satisfies FailureModeInput
