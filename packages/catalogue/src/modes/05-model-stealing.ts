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
import { aiActCybersecurity, cfaaMatrix, lawAndAdversarialMl, legalNote, vanBuren } from '../legal.ts'
import type { FailureModeInput } from '../schema.ts'

export default {
  number: 5,
  slug: 'model-stealing',
  name: 'Model stealing',
  summaryName: 'Model Stealing',
  kind: 'intentional',
  addedIn: 'failure-modes-2019',
  systemKinds: ['predictive', 'generative'],
  provenance: 'verified',
  overview: 'The attacker recovers the model by carefully made queries.',
  description:
    'The underlying model is rebuilt from legitimate queries, and the copy does what the original does. Ways to it are solving equations from returned probabilities, following the paths of a decision tree, and training a copy on the answers.',
  compromises: ['confidentiality'],
  knowledgeNote:
    'The source gives no label. Only queries are used, so in our reading it is a black-box attack.',
  scenarios: [
    {
      text: 'The algorithms behind prediction services of Amazon and BigML were imitated. At BigML a model that tells good from bad credit risks (the German credit data) was recovered with 1,150 queries in about ten minutes.',
      tags: [],
      references: [14],
      correction:
        'The source says within 10 minutes; the cited paper, known to us from a secondary copy, gives 632 seconds.',
    },
  ],
  parallel: {
    text: 'Reading system data without authentication, or disclosure of one chosen item of high value. The source itself is not sure and ends its entry with a question mark.',
    differs:
      "Nothing is taken from the owner's machines: the copy is built from answers that were paid for or free. There is no exfiltration to notice, and the copy is worth more than itself, because it can be searched offline for weaknesses of the original.",
    provenance: 'verified',
  },
  stride: ['I'],
  policy: {
    cause:
      'An interface that answers questions in detail also teaches whoever asks, and nothing marks the point at which a customer becomes a copyist.',
    consequence:
      'The value put into data and training can be lost, and where the model guards something, such as a spam or malware filter, the copy shows how to get past it or what its training data were.',
    civilLiberties:
      'Copying a model from outside is also how auditors study a closed system for bias. A broad ban on reverse engineering would shut out that scrutiny.',
    opinionOf: 'failmode',
    provenance: 'derived',
  },
  accessViolation: {
    table: 'no',
    comments: {
      reading: 'no',
      text: 'Not misuse in a technological sense: no special privilege and no access violation, but specially made queries of a permitted kind. The comment gives confusing the system as their purpose, which is copied from mode 1; the purpose here is to learn the model.',
      provenance: 'verified',
    },
    paper: { reading: 'no', text: 'The paper version keeps this answer.', provenance: 'secondary' },
  },
  legalNotes: [
    cfaaMatrix(
      'stealing',
      ['No', 'Possible', 'No'],
      'It may breach terms on reverse engineering or on derivative works.',
    ),
    vanBuren,
    lawAndAdversarialMl,
    legalNote({
      id: 'trade-secret-and-copyright',
      jurisdiction: 'general',
      text: 'Trade-secret law and copyright are the usual candidates for protecting a model. Whether a copy learned from answers infringes either is unsettled and differs between countries.',
      asOf: '2026-11-23',
      source: 'our own reading; no source was consulted',
      url: null,
      certainty: 'open',
      opinionOf: 'failmode: an addition of ours',
      provenance: 'memory',
    }),
    aiActCybersecurity('confidentiality-stealing', 'It names attacks on confidentiality.'),
  ],
  mitigations: ['5-m1', '5-m2', '5-m3'],
  crosswalk: [
    atlas('T0024.002', 'Extract AI Model', 'primary'),
    atlas('T0048.004', 'AI Intellectual Property Theft'),
    atlas('T0005.001', 'Train Proxy via Replication'),
    atlas('T0043.002', 'Black-Box Transfer', 'related', { note: 'What a copy is used for next.' }),
    ...atlasMitigations('M0002', 'M0004', 'M0024', 'M0005', 'M0012', 'M0017'),
    atlasCase('CS0005', 'Attack on Machine Translation Services'),
    atlasCase('CS0007', 'GPT-2 Model Replication'),
    atlasCase('CS0056', 'Model distillation campaigns of 2026'),
    owaspMl('ML05', 'primary', { note: 'It also covers direct theft of parameters.' }),
    aiExchange('2.4', 'Model exfiltration'),
    aiExchange('3.2.2', 'Direct model leak during development'),
    aiExchange('4.3', 'Direct model leak at run time'),
    nist('031', 'Model Extraction', 'primary'),
    ...avid('S0502', 'S0302'),
    ...cwe('memory', 'related', 770, 799),
    aiAct('15(5)', 'Cybersecurity: confidentiality attacks', 'secondary'),
  ],
  say: {
    engineer:
      'Every answer is a training example for a copy. Measure how well a copy agrees with the original for a given number of queries, and what a score gives away beyond a label. Rounding, less detail and rate limits raise the price.',
    responder:
      'Look for callers whose queries cover the input space evenly, or follow one feature at a time, rather than looking like real use. Several accounts may share the work. Assume that the copy will be used to prepare other attacks, above all where the model is itself a safeguard.',
    policy:
      'Somebody rebuilt the product by using it. No file left the building, so theft in the usual sense is hard to show, and contract terms and intellectual-property law carry the weight. If the model protects something, its protection is weakened for everybody.',
  },
  response: {
    firstResponse: [
      'Estimate how much of the model the observed queries could give away.',
      'Limit or suspend the accounts concerned, and look for related ones.',
      'Reduce what answers disclose: labels or rounded scores.',
      'If the model is a security control, prepare for evasion and plan a replacement.',
      'Collect the contract terms in force, and involve counsel before confronting a customer.',
    ],
    evidenceToPreserve: [
      'Full query and answer logs, in order and with times',
      'Account, payment and network data linking callers',
      'The terms of use as they stood at the time',
      'A suspected copy, with its answers on inputs that were never published',
      "The original model's version and digest",
    ],
  },
} satisfies FailureModeInput
