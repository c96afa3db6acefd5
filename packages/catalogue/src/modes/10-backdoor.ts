import { aiAct, atlas, atlasCase, atlasMitigations, avid, cwe, nist, owaspMl } from '../crosswalk-schemes.ts'
import { aiActCybersecurity, aiActValueChain, notInCfaaMatrix, productLiability, vanBuren } from '../legal.ts'
import type { FailureModeInput } from '../schema.ts'

export default {
  number: 10,
  slug: 'backdoor',
  name: 'Backdoor Machine Learning',
  summaryName: 'Backdoor ML',
  kind: 'intentional',
  addedIn: 'failure-modes-2019',
  systemKinds: ['predictive', 'generative'],
  provenance: 'verified',
  overview: 'A malicious provider builds in a backdoor that a certain trigger activates.',
  description:
    'All or part of the training is given to a malicious party, who returns a model with a backdoor. It does well on most inputs, also on those the customer held back for testing, but it errs as the attacker chose, or loses accuracy, on inputs that carry a secret property: the trigger.',
  compromises: ['confidentiality', 'integrity'],
  scenarios: [
    {
      text: 'A classifier of United States street signs reads stop signs as speed limits, but only when a certain sticker, the trigger, is on the sign.',
      tags: [],
      references: [20],
    },
    {
      text: 'The idea was being carried over to text: certain words are replaced, with the accent of the speaker as the trigger.',
      tags: [],
      references: [21],
    },
  ],
  parallel: {
    text: 'A third-party dependency that is about security is compromised; so is an update channel, or a certificate authority.',
    differs:
      'There is no hidden code to find: the backdoor is spread over the weights. Ordinary validation cannot show it, since the model is right on everything but the trigger, and only the attacker knows the trigger.',
    provenance: 'verified',
  },
  stride: ['T', 'E', 'S'],
  policy: {
    cause:
      'Training is outsourced to parties whose work the customer can only judge by test results, and those were made to look good.',
    consequence:
      "A decision system obeys a stranger at a moment of the stranger's choosing. Certification by testing gives false comfort.",
    civilLiberties:
      'A model used to decide on people could carry a hidden rule against a group, or for an insider. A right to have models examined independently protects those affected.',
    opinionOf: 'failmode',
    provenance: 'derived',
  },
  accessViolation: {
    table: 'yes',
    comments: {
      reading: 'unclear',
      text: 'Misuse: to put in a backdoor feels like violating the access controls that the original designer set up.',
      provenance: 'verified',
    },
    paper: {
      reading: 'unclear',
      text: 'A trusted party misuses access that it was given; whether there is a problem of access or authorisation may depend on the contract.',
      provenance: 'secondary',
    },
  },
  legalNotes: [
    notInCfaaMatrix,
    vanBuren,
    aiActValueChain,
    aiActCybersecurity(
      'model-poisoning-backdoor',
      'It names poisoning of the model or of pre-trained components.',
    ),
    productLiability,
  ],
  mitigations: ['10-m1', '10-m2', '10-m3', '10-m4', '10-m5'],
  crosswalk: [
    atlas('T0018.000', 'Poison AI Model', 'primary'),
    atlas('T0043.004', 'Insert Backdoor Trigger', 'primary'),
    atlas('T0018.001', 'Modify AI Model Architecture'),
    atlas('T0020', 'Poison Training Data'),
    atlas('T0010.003', 'AI Supply Chain Compromise: Model'),
    ...atlasMitigations('M0003', 'M0005', 'M0006', 'M0007', 'M0008', 'M0010', 'M0013', 'M0015', 'M0025'),
    atlasCase('CS0013', 'Backdoor Attack on Deep Learning Models in Mobile Apps'),
    owaspMl('ML10', 'primary'),
    owaspMl('ML07'),
    owaspMl('ML02', 'related', { note: 'In part.' }),
    nist('023', 'Backdoor Poisoning', 'primary'),
    nist('021', 'Clean-label Backdoor'),
    nist('026', 'Model Poisoning (integrity)'),
    nist('011', 'Model Poisoning (availability)'),
    ...avid('S0201', 'S0600'),
    ...cwe('memory', 'related', 506),
    aiAct('15(5)', 'Cybersecurity: model poisoning', 'secondary'),
  ],
  say: {
    engineer:
      'Search for a small pattern that sends every input to one class; a class that needs an unusually small pattern is suspect. Compare with clean models trained the same way. A search finds only the kinds of trigger it was built for, so a clean result is not proof.',
    responder:
      'Once found, the harm is done: trust neither the model nor the data from that provider. Find every decision that carried the trigger. Handle it as you would the compromise of any outside dependency.',
    policy:
      'The product works as promised until somebody shows it a secret sign. Tests cannot find this, so trust rests on who did the training and under what contract. The published table sees a violation of access; its comments say only that it feels like one, and the paper version looks to the contract.',
  },
  response: {
    firstResponse: [
      'Take the model out of decisions that matter, and fall back to another or to people.',
      'Recover the trigger as far as possible, and search past inputs for it.',
      'Treat all data and models from the same provider as suspect.',
      'Train again in-house or with a trusted party, from data you can vouch for.',
      'Tell others who use the same model.',
    ],
    evidenceToPreserve: [
      'The model as delivered, with digest and any signature',
      'Suspected trigger and inputs that carry it, with the outputs',
      'Training data and code from the provider',
      'Acceptance tests and their results',
      'Contract and correspondence with the provider',
    ],
  },
} satisfies FailureModeInput
