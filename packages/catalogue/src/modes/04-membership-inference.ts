import {
  aiAct,
  aiExchange,
  atlas,
  atlasMitigations,
  avid,
  cwe,
  linddun,
  nist,
  owaspMl,
} from '../crosswalk-schemes.ts'
import { aiActCybersecurity, cfaaMatrix, edpbModels, gdprDuties, vanBuren } from '../legal.ts'
import type { FailureModeInput } from '../schema.ts'

export default {
  number: 4,
  slug: 'membership-inference',
  name: 'Membership Inference attack',
  summaryName: 'Membership Inference',
  kind: 'intentional',
  addedIn: 'failure-modes-2019',
  systemKinds: ['predictive', 'generative'],
  provenance: 'verified',
  overview: 'The attacker finds out whether a given record was part of the training set.',
  description:
    'Models tend to treat what they were trained on a little differently from what they were not. From that difference the attacker tells whether a given record, and so a given person, was in the training set.',
  compromises: ['confidentiality'],
  scenarios: [
    {
      text: "A patient's main procedure, for example which surgery it was, was predicted from attributes such as age, gender and hospital.",
      tags: ['black-box'],
      references: [13],
    },
  ],
  parallel: {
    text: 'A matter of data privacy: that somebody is included is inferred, while the data as such are not disclosed.',
    differs:
      'It needs no error at all: a model that works as designed can leak. What leaks is one bit about a person, and it harms only if being in the set says something, as with the patients of a certain clinic. The usual question of which record was stolen has no answer.',
    provenance: 'verified',
  },
  stride: ['I'],
  policy: {
    cause:
      'Training leaves a trace of each example, the stronger the more a model memorises, and answers with scores show that trace.',
    consequence:
      'Being in a data set can reveal illness, debt, or belonging to a group. A release that was thought to be anonymous may turn out not to be.',
    civilLiberties:
      'The same test lets a person show that their data or works were used without permission. Rules against the attack should not take that tool from the people concerned.',
    opinionOf: 'failmode, drawing on arXiv:2002.05648',
    provenance: 'derived',
  },
  accessViolation: {
    table: 'no',
    comments: {
      reading: 'no',
      text: 'Not misuse in a technological sense: no special privilege and no access violation. Specially made queries are sent as honest ones are, to learn about membership.',
      provenance: 'verified',
    },
    paper: { reading: 'no', text: 'The paper version keeps this answer.', provenance: 'secondary' },
  },
  legalNotes: [
    cfaaMatrix('membership', ['No', 'Possible', 'No'], 'As for inversion, it is inference from answers.'),
    vanBuren,
    aiActCybersecurity('confidentiality-membership', 'It names attacks on confidentiality.'),
    edpbModels,
    gdprDuties,
  ],
  mitigations: ['4-m1', '4-m2', '4-m3'],
  crosswalk: [
    atlas('T0024.000', 'Infer Training Data Membership', 'primary'),
    ...atlasMitigations('M0002', 'M0004', 'M0024'),
    owaspMl('ML04', 'primary', {
      note: 'The entry defines it as manipulation of training data, which is a mistake; only its title fits.',
    }),
    aiExchange('2.3.2', 'Model inversion and membership inference', {
      note: 'It says that the threat matters only where membership is itself sensitive.',
    }),
    nist('033', 'Membership Inference', 'primary'),
    ...avid('P0300', 'P0302', 'S0301', 'S0501'),
    ...cwe('memory', 'related', 203),
    ...cwe('secondary', 'related', 1039).map((e) => ({
      ...e,
      note: 'Mentions membership inference as a consequence for confidentiality.',
    })),
    linddun(
      'Linking and Detecting',
      'Fits better than STRIDE, since inclusion is detected rather than data disclosed.',
    ),
    aiAct('15(5)', 'Cybersecurity: confidentiality attacks', 'secondary'),
  ],
  say: {
    engineer:
      'Compare how the model scores records it was trained on with records it was not. Report the true-positive rate at a very low false-positive rate, because an average can look harmless while a few people are fully exposed. Less overfitting and differential privacy lower the leak.',
    responder:
      'Ask first whether membership reveals anything: a public benchmark does not, a hospital register does. There is usually no single malicious request to find. Work under the lead of the privacy team and write down how many people could be told apart, and how surely.',
    policy:
      "The system gives away whether a person's record was used to build it. Where the data set is about an illness, a debt or an arrest, that alone is private. The published severity ratings disagree here: one rates it, the other leaves it to privacy staff.",
  },
  response: {
    firstResponse: [
      'Decide with the privacy lead whether membership in this data set is sensitive.',
      'Measure how many records can be told apart at a false-positive rate of one in a hundred or in a thousand.',
      'Restrict answers to labels or rounded scores while the matter is open.',
      'Identify the records most at risk; they are often rare or unusual people.',
      'Plan retraining with stronger regularisation or differential privacy, and measure again.',
    ],
    evidenceToPreserve: [
      'The list of training records, held apart and under strict access',
      'The model version with its training settings and stopping point',
      'Scores given to the records in question',
      'Query logs by caller',
      'The promise made to the people in the set: consent text, anonymity claims',
    ],
  },
} satisfies FailureModeInput
