import {
  aiAct,
  aiExchange,
  atlas,
  atlasCase,
  atlasMitigations,
  avid,
  cwe,
  nist,
  owaspMl,
} from '../crosswalk-schemes.ts'
import { aiActCybersecurity, cfaaMatrix, lawAndAdversarialMl, trickingARobot, vanBuren } from '../legal.ts'
import type { FailureModeInput } from '../schema.ts'

export default {
  number: 1,
  slug: 'perturbation',
  name: 'Perturbation attacks',
  summaryName: 'Perturbation attack',
  kind: 'intentional',
  addedIn: 'failure-modes-2019',
  systemKinds: ['predictive', 'generative'],
  provenance: 'verified',
  overview: 'The attacker alters the query so that the system gives the answer the attacker wants.',
  description:
    'An input is changed by stealth, often so little that a person sees no difference, and the model then answers as the attacker intends. Neither the model nor its code is touched.',
  compromises: ['integrity'],
  variants: [
    {
      id: '1a',
      slug: 'targeted',
      name: 'Targeted misclassification',
      description:
        'An input that belongs to none of the classes is accepted as the class the attacker chose. To a person it looks like noise; to the model it is a confident example.',
      parallel: 'Remote elevation of privilege: the attacker steers what the model does.',
      stride: ['T', 'E'],
    },
    {
      id: '1b',
      slug: 'source-target',
      name: 'Source/target misclassification',
      description:
        'An input of one class gets the label the attacker chose, as a false alarm or as a miss. It takes several tries, but with an attack carried over from another model all of them can be made offline, leaving no traffic to notice.',
      parallel: 'Remote elevation of privilege: a quiet takeover of what the model can be relied on for.',
      stride: ['T', 'E'],
    },
    {
      id: '1c',
      slug: 'random',
      name: 'Random misclassification',
      description: 'Any wrong label serves the attacker, who adds noise to the source until the model errs.',
      parallel: 'Non-persistent denial of service.',
      stride: ['T', 'D'],
    },
    {
      id: '1d',
      slug: 'confidence-reduction',
      name: 'Confidence reduction',
      description:
        'The label may stay right while the confidence falls, which matters where the consequence is high; or so many doubtful cases are produced that the operators drown in false alarms.',
      parallel: 'Non-persistent denial of service.',
      stride: ['T', 'D'],
    },
  ],
  scenarios: [
    {
      text: 'Noise added to an X-ray image moves the prediction from a normal to an abnormal scan.',
      tags: ['black-box'],
      references: [7],
    },
    {
      text: 'Chosen characters of a text are changed so that its machine translation is wrong; a given word can be distorted, or dropped from the translation altogether.',
      tags: ['black-box', 'white-box'],
      references: [8],
    },
    {
      text: 'From a recording another one is made that sounds just the same to a listener but is transcribed as entirely different words.',
      tags: ['white-box'],
      tagNote: 'The source adds that it may be extended to a black-box attack.',
      references: [9],
    },
  ],
  parallel: {
    text: 'For the targeted forms, remote elevation of privilege; for the random and confidence-lowering forms, a denial of service that passes.',
    differs:
      'No flaw in any program is used and no privilege changes hands: the model computes exactly what it was trained to compute. There is no single line to patch, the same input can work on another model, and logs show nothing but ordinary queries.',
    provenance: 'verified',
  },
  stride: ['T', 'E', 'D'],
  policy: {
    cause:
      'A learned decision rule has no stated meaning away from the examples it saw, and whoever may send it input may search for the places where it errs.',
    consequence:
      'Decisions that rest on the output, such as access, diagnosis, moderation or fraud control, can be steered by an outsider who stays within what every user may do.',
    civilLiberties:
      'The same technique lets people withhold themselves from automated recognition, and research papers argue that defences can also serve to silence dissent. Rules aimed at attackers should leave room for protest, privacy tools and security research.',
    opinionOf: 'failmode, drawing on arXiv:2002.05648 and Calo et al.',
    provenance: 'derived',
  },
  accessViolation: {
    table: 'no',
    comments: {
      reading: 'no',
      text: 'In a black-box setting no special privilege is needed. The change is worked out offline and the query is a permitted one that arrives by the way every user takes; it is only meant to confuse.',
      provenance: 'verified',
    },
    paper: { reading: 'no', text: 'The paper version keeps this answer.', provenance: 'secondary' },
  },
  legalNotes: [
    cfaaMatrix(
      'evasion',
      ['No', 'No', 'No'],
      'No barrier is crossed, no term is broken and nothing is impaired.',
    ),
    vanBuren,
    lawAndAdversarialMl,
    trickingARobot,
    aiActCybersecurity('adversarial-examples', 'It names adversarial examples and model evasion.'),
  ],
  mitigations: [
    '1a-m1',
    '1a-m2',
    '1a-note',
    '1b-m1',
    '1b-m2',
    '1b-m3',
    '1b-m4',
    '1b-m5',
    '1b-m6',
    '1b-m7',
    '1c-m*',
    '1d-m1',
    '1d-m2',
  ],
  crosswalk: [
    atlas('T0015', 'Evade AI Model', 'primary'),
    atlas('T0043', 'Craft Adversarial Data', 'primary'),
    atlas('T0043.000', 'White-Box Optimization'),
    atlas('T0043.001', 'Black-Box Optimization'),
    atlas('T0043.002', 'Black-Box Transfer'),
    atlas('T0043.003', 'Manual Modification'),
    atlas('T0040', 'AI Model Inference API Access'),
    atlas('T0005', 'Create Proxy AI Model'),
    atlas('T0042', 'Verify Attack'),
    atlas('T0046', 'Spamming AI System with Chaff Data', 'related', { note: 'Variant 1d.' }),
    atlas('T0031', 'Erode AI Model Integrity', 'related', { note: 'Variant 1d.' }),
    ...atlasMitigations(
      'M0002',
      'M0003',
      'M0004',
      'M0006',
      'M0008',
      'M0010',
      'M0015',
      'M0019',
      'M0005',
      'M0017',
    ),
    atlasCase('CS0003', "Bypassing Cylance's AI Malware Detection"),
    atlasCase('CS0008', 'ProofPoint Evasion'),
    atlasCase('CS0011', 'Microsoft Edge AI Evasion'),
    atlasCase('CS0014', 'Confusing Antimalware Neural Networks'),
    atlasCase('CS0032', 'Attempted Evasion of ML Phishing Webpage Detection System'),
    owaspMl('ML01', 'primary'),
    aiExchange('2.1', 'Evasion'),
    nist('022', 'Evasion', 'primary'),
    nist('025', 'Black-box Evasion'),
    ...avid('S0403', 'S0400', 'S0401', 'S0402', 'P0201'),
    ...cwe('verified', 'primary', 1039),
    aiAct('15(5)', 'Cybersecurity: adversarial examples', 'secondary'),
    aiAct('15(4)', 'Robustness', 'secondary'),
  ],
  say: {
    engineer:
      'Small, chosen changes to an input push it across the decision boundary. Measure robust accuracy under the budget you can accept with several attacks, because one weak attack proves little. Adversarial training and input checks raise the cost; nothing removes it.',
    responder:
      'The requests look like normal use, and there is no intrusion to find. Look for many similar queries from few accounts, for inputs on which models disagree, and for decisions that people found absurd. Keep the exact bytes of the inputs: a re-encoded copy may no longer show the effect.',
    policy:
      'Somebody changed what the system was shown, not the system. To a person the input looks normal, and yet the machine reads it as something else. Because no barrier was broken, laws written for break-ins may not fit, and the question becomes who should answer for a decision that could be steered.',
  },
  response: {
    firstResponse: [
      'Save the exact inputs, outputs and confidences of the disputed decisions.',
      'Replay them against the same model version, and against another model if there is one.',
      'Group recent queries by sender and by similarity; look for step-by-step probing.',
      'Slow down or pause suspicious senders, and send affected decisions to a person.',
      'List the decisions made since the first suspicious query, and correct those that did harm.',
    ],
    evidenceToPreserve: [
      'Raw input bytes before any resizing or re-encoding',
      'Model version, weights digest and preprocessing settings',
      'Scores and labels as returned',
      'Sender identity, time and rate of queries',
      'The action that followed each decision',
    ],
  },
} satisfies FailureModeInput
