import { aiAct, atlas, avid, cwe, nist, owaspMl } from '../crosswalk-schemes.ts'
import { aiActCybersecurity, cfaaMatrix, legalNote, vanBuren } from '../legal.ts'
import type { FailureModeInput } from '../schema.ts'

export default {
  number: 6,
  slug: 'reprogramming',
  name: 'Reprogramming deep neural nets',
  summaryName: 'Reprogramming ML system',
  kind: 'intentional',
  addedIn: 'failure-modes-2019',
  systemKinds: ['predictive', 'generative'],
  provenance: 'verified',
  overview: 'The system is put to a use that it was not programmed for.',
  description:
    'By a specially made query an adversary has a machine-learning system carry out a task that departs from what its maker intended.',
  compromises: ['integrity', 'availability'],
  knowledgeNote:
    'The source gives no label. As we remember it, the method of the cited paper is a white-box one.',
  scenarios: [
    {
      text: 'A model trained on ImageNet to sort pictures into categories was repurposed to count squares.',
      tags: [],
      references: [15],
    },
    {
      text: 'A hypothetical case that closes the same paper: puzzle images made to keep bots out are sent to the vision classifier of a cloud photo service, which solves them, so that spam accounts can be opened.',
      tags: [],
      references: [15],
    },
  ],
  parallel: {
    text: 'None: the source treats it as abuse. Switching off the account is a likelier answer than opening a security incident.',
    differs:
      'The service does what it always does and no function is out of bounds; only the purpose is foreign. Authorisation by user or by endpoint cannot see the difference, so the remedy is a rule on acceptable use and the means to enforce it.',
    provenance: 'verified',
  },
  stride: ['E'],
  policy: {
    cause:
      'A general ability is offered through an open interface, and its owner controls who calls it better than what for.',
    consequence:
      "Resources are consumed and harm is done to third parties in the owner's name, for example by faked images made on top of a face service.",
    civilLiberties:
      'Unforeseen use is also where research, accessibility tools and satire come from. Enforcement by account closure acts on speech and access, so it needs reasons and a way to appeal.',
    opinionOf: 'failmode',
    provenance: 'derived',
  },
  accessViolation: {
    table: 'no',
    comments: {
      reading: 'no',
      text: 'Not misuse in a technological sense: no special privilege and no access violation. Specially made queries are sent as honest ones are, to give the system another task.',
      provenance: 'verified',
    },
    paper: { reading: 'no', text: 'The paper version keeps this answer.', provenance: 'secondary' },
  },
  legalNotes: [
    cfaaMatrix(
      'reprogramming',
      ['No', 'Yes', 'Yes'],
      'It is interference: commands impair integrity or availability.',
    ),
    vanBuren,
    legalNote({
      id: 'ignoring-safety-directions',
      jurisdiction: 'United States, federal',
      text: 'A 2024 study asks whether getting a generative model to ignore its safety directions violates the Computer Fraud and Abuse Act. We know of it only at second hand and report no conclusion.',
      asOf: '2024',
      source: 'Albert, Penney and Kumar (2024)',
      url: null,
      certainty: 'open',
      opinionOf: 'the authors of that study',
      provenance: 'secondary',
    }),
    aiActCybersecurity('use', 'Its general words on altering the use of a system fit.'),
  ],
  mitigations: ['6-m1', '6-m2', '6-m3'],
  crosswalk: [
    atlas('T0043.000', 'White-Box Optimization', 'related', {
      note: 'Nearest; ATLAS has no exact technique.',
    }),
    atlas('T0040', 'AI Model Inference API Access'),
    atlas('T0047', 'AI-Enabled Product or Service'),
    atlas('T0048', 'External Harms', 'related', { note: 'Effect.' }),
    atlas('T0034', 'Cost Harvesting', 'related', { note: 'Effect.' }),
    atlas('T0051', 'LLM Prompt Injection', 'related', {
      note: 'A relative from the age of language models.',
    }),
    atlas('T0054', 'LLM Jailbreak', 'related', { note: 'A relative from the age of language models.' }),
    owaspMl('ML01', 'related', { note: 'Nearest; no entry is exact.' }),
    nist('022', 'Evasion', 'related', {
      note: 'Nearest; the class for misuse covers generative models only.',
    }),
    ...avid('S0300', 'S0400'),
    ...cwe('verified', 'related', 1039),
    ...cwe('memory', 'related', 284, 306, 863),
    aiAct('15(5)', 'Cybersecurity: attempts to alter use', 'secondary'),
  ],
  say: {
    engineer:
      'A fixed wrapper around an input makes the model solve another task, with the answers read off its usual classes. Measure how accurate the foreign task becomes against chance, under the access you expose. Narrow input rules and narrow outputs reduce it.',
    responder:
      'Treat it as abuse before treating it as intrusion. Find the accounts, the volume and the purpose; look for inputs that share a frame or pattern. Decide who is harmed: the owner by cost, or others by what is produced.',
    policy:
      'The service was used as intended by its interface and against the intention of its owner. There is no break-in to prosecute, and most of the response lies in terms of use, account measures and care for those harmed by the output.',
  },
  response: {
    firstResponse: [
      'Work out what the foreign task is and who is harmed by it.',
      'Suspend the offending accounts by the abuse procedure, with the reasons recorded.',
      'Check whether authentication and access control on the interface worked as designed.',
      'Hold partners to the agreed time for a fix, and see that it does not recur.',
      'Narrow the accepted input and the returned detail where that is possible.',
    ],
    evidenceToPreserve: [
      'Samples of the queries and answers, including the shared pattern',
      'Accounts, keys and volumes over time',
      'What was made with the answers, if known',
      'Terms of use and service-level agreements in force',
      'The record of each account measure',
    ],
  },
} satisfies FailureModeInput
