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
import { aiActCybersecurity, aiActSafety, cfaaMatrix, lawAndAdversarialMl, vanBuren } from '../legal.ts'
import type { FailureModeInput } from '../schema.ts'

export default {
  number: 2,
  slug: 'poisoning',
  name: 'Poisoning attacks',
  summaryName: 'Poisoning attack',
  kind: 'intentional',
  addedIn: 'failure-modes-2019',
  systemKinds: ['predictive', 'generative'],
  provenance: 'verified',
  overview:
    'The attacker contaminates the training phase so that the finished model behaves as the attacker wants.',
  description:
    'Bad data reach the training set, and the model made from it predicts differently on new data. In the targeted form chosen examples are to be misclassified; in the indiscriminate form the model is made so poor that it is of no use.',
  compromises: ['integrity'],
  compromiseNote:
    'The source names integrity alone, although it describes the indiscriminate form as making the system unavailable. In our reading availability is affected too.',
  variants: [
    {
      id: '2a',
      slug: 'targeted',
      name: 'Targeted poisoning',
      description:
        'Chosen examples are misclassified afterwards, so that a certain action is taken or is left out, while the rest of the model looks healthy.',
      parallel:
        'A trojaned host that persists: training or configuration data are compromised, and a model is built on them in good faith.',
      stride: ['T', 'E'],
    },
    {
      id: '2b',
      slug: 'indiscriminate',
      name: 'Indiscriminate poisoning',
      description:
        'The quality of the whole data set is ruined, and the model with it. The response has to find out how much was tainted, set it aside and train again.',
      parallel: 'Denial of service by a logged-in user against an asset of high value.',
      stride: ['T', 'D'],
    },
  ],
  scenarios: [
    {
      text: 'In a data set from which the dose of a blood thinner (warfarin) is predicted, malicious samples at a rate of 8 % changed the dose by 75.06 % for half of the patients.',
      tags: ['black-box'],
      references: [10],
    },
    {
      text: 'The chatbot Tay learned from its conversations, so what some users had said to it tainted what it later said to others.',
      tags: ['black-box'],
      references: [11],
    },
  ],
  parallel: {
    text: 'For the targeted form, a trojaned host whose trusted configuration was tampered with; for the indiscriminate form, an authenticated denial of service on a valuable asset.',
    differs:
      'The harm is planted long before it shows and nothing malicious has to run. Contributing data is often open to everybody, so the attacker need only wait. The bad entries may all be well-formed, and removing them does not help until the model is trained again.',
    provenance: 'verified',
  },
  stride: ['T', 'E', 'D'],
  policy: {
    cause:
      'Models are trained on data that outsiders supply or can influence, often without a record of where each entry came from.',
    consequence:
      'Everybody who relies on the model inherits the tampering, and it lasts through each retraining until the data are cleaned. Provenance and the ability to retrain become questions of care.',
    civilLiberties:
      "Checking contributions means watching contributors. Limits on who may contribute, or filters against unwelcome content, can shut out minority speech; withholding or altering one's own data can be a form of protest.",
    opinionOf: 'failmode',
    provenance: 'derived',
  },
  accessViolation: {
    table: 'no',
    comments: {
      reading: 'no',
      text: 'No special privilege is needed; in a closed service, such as a social platform, the attacker need only be a user. An authorised attacker sends rubbish through the same entry by which others send their contributions.',
      provenance: 'verified',
    },
    paper: { reading: 'no', text: 'The paper version keeps this answer.', provenance: 'secondary' },
  },
  legalNotes: [
    cfaaMatrix('poisoning', ['No', 'Possible', 'Yes'], 'A feedback channel is used to impair the system.'),
    vanBuren,
    lawAndAdversarialMl,
    aiActCybersecurity('data-poisoning', 'It names data poisoning.'),
    aiActSafety(
      'feedback-loops',
      'Article 15(4)',
      'Systems that go on learning must keep biased output from feeding back into later training.',
      'secondary',
    ),
  ],
  mitigations: [
    '2a-m1',
    '2a-m1.1',
    '2a-m2',
    '2a-m3',
    '2a-m3.1',
    '2a-m3.2',
    '2a-m4',
    '2a-m4.1',
    '2b-m*',
    '2b-r1',
  ],
  crosswalk: [
    atlas('T0020', 'Poison Training Data', 'primary'),
    atlas('T0059', 'Erode Dataset Integrity', 'primary'),
    atlas('T0019', 'Publish Poisoned Datasets', 'related', {
      aliases: [{ id: 'AML.T0115.000', version: '2026.07', provenance: 'secondary' }],
    }),
    atlas('T0010.002', 'AI Supply Chain Compromise: Data'),
    atlas('T0031', 'Erode AI Model Integrity'),
    ...atlasMitigations('M0001', 'M0005', 'M0007', 'M0008', 'M0014', 'M0023', 'M0025'),
    atlasCase('CS0002', 'VirusTotal Poisoning'),
    atlasCase('CS0009', 'Tay Poisoning'),
    atlasCase('CS0025', 'Web-Scale Data Poisoning: Split-View Attack'),
    owaspMl('ML02', 'primary'),
    owaspMl('ML08', 'related', { note: 'Fits feedback loops, as with Tay.' }),
    aiExchange('3.1.1', 'Data poisoning'),
    nist('013', 'Data Poisoning (availability)', 'primary'),
    nist('012', 'Clean-label Poisoning'),
    nist('024', 'Targeted Poisoning', 'primary'),
    ...avid('S0600', 'S0601', 'P0104', 'P0105'),
    ...cwe('memory', 'related', 349, 345, 20),
    aiAct('15(5)', 'Cybersecurity: data poisoning', 'secondary'),
    aiAct('15(4)', 'Feedback loops', 'secondary'),
    aiAct('10', 'Data and data governance', 'memory'),
  ],
  say: {
    engineer:
      'A few bad training samples can move the decision boundary where the attacker wants it. Measure how much the model changes at a given poisoning rate, and whether your cleaning step finds the planted samples. Provenance for each sample is what makes recovery possible.',
    responder:
      'The cause lies in the past: find when the tainted data entered and which models were trained since. Stop further training first, then set the suspect data aside. Rolling back the model alone does not help if the next training run reads the same data.',
    policy:
      'Somebody fed the system bad lessons. In many services anybody may contribute, so the attacker broke no lock, and yet the harm reaches every person the system later judges. What matters is whether the owner knew where the data came from and could undo the damage.',
  },
  response: {
    firstResponse: [
      'Stop automatic retraining and freeze the training data as they are.',
      'Find the last model known to be good and decide whether to return to it.',
      'Trace the suspect entries: when they came, from whom, and what else came from there.',
      'Measure how much of the set is tainted and which decisions or groups are affected.',
      'Quarantine the entries, train again, and compare the two models on the same held-out data.',
    ],
    evidenceToPreserve: [
      'A snapshot and digest of the training data, with the time at which each entry was added',
      'Contributor accounts and ingestion logs',
      'Every model trained in the window, with its training settings and seed',
      'Daily statistics of the data, showing the shift',
      'What the sanitising steps removed, and why',
    ],
  },
} satisfies FailureModeInput
