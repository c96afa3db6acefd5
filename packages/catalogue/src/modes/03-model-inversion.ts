import { aiAct, aiExchange, atlas, atlasMitigations, avid, cwe, nist, owaspMl } from '../crosswalk-schemes.ts'
import {
  aiActCybersecurity,
  cfaaMatrix,
  edpbModels,
  gdprDuties,
  lawAndAdversarialMl,
  vanBuren,
} from '../legal.ts'
import type { FailureModeInput } from '../schema.ts'

export default {
  number: 3,
  slug: 'model-inversion',
  name: 'Model Inversion',
  summaryName: 'Model Inversion',
  kind: 'intentional',
  addedIn: 'failure-modes-2019',
  systemKinds: ['predictive', 'generative'],
  provenance: 'verified',
  overview: 'The attacker recovers secret features that the model used, by asking careful questions.',
  description:
    'Private features behind a model can be recovered. By looking for the input that the model is most confident about, the attacker rebuilds what the model learned, including training data that were never handed out.',
  compromises: ['confidentiality'],
  scenarios: [
    {
      text: 'Faces from the training set were rebuilt from no more than a name and access to the model, well enough for crowd workers to pick the person out of a line-up with 95 % accuracy. Particular facts about people could be drawn out as well.',
      tags: ['white-box', 'black-box'],
      references: [12],
    },
  ],
  parallel: {
    text: 'Targeted, covert disclosure of information. In biometrics the same idea is known as hill climbing.',
    differs:
      'No file or record is read. The data are worked out from answers that the model is meant to give, so there is no point at which a permission check could have refused, and what comes out is a likeness rather than a copy.',
    provenance: 'verified',
  },
  stride: ['I'],
  policy: {
    cause:
      'A model that is confident about its training examples carries traces of them, and detailed answers let an outsider read those traces.',
    consequence:
      'Handing out a model or an interface can amount to handing out personal data. People whose data were used cannot see it happen, and a leak cannot be called back.',
    civilLiberties:
      'The technique also lets people, journalists and regulators find out whose data a model holds, which may be the only check on unlawful training. Against that stands the privacy of those who can be rebuilt.',
    opinionOf: 'failmode, drawing on arXiv:2002.05648',
    provenance: 'derived',
  },
  accessViolation: {
    table: 'no',
    comments: {
      reading: 'no',
      text: 'Not misuse in a technological sense: no special privilege and no access violation. Specially made queries are sent in the same way as honest ones, in order to recover private features.',
      provenance: 'verified',
    },
    paper: { reading: 'no', text: 'The paper version keeps this answer.', provenance: 'secondary' },
  },
  legalNotes: [
    cfaaMatrix(
      'inversion',
      ['No', 'Possible', 'No'],
      'The attacker infers from answers; this might count as reverse engineering or as building a database, which terms often forbid.',
    ),
    vanBuren,
    lawAndAdversarialMl,
    aiActCybersecurity('confidentiality-inversion', 'It names attacks on confidentiality.'),
    edpbModels,
    gdprDuties,
  ],
  mitigations: ['3-m1', '3-m2', '3-m3'],
  crosswalk: [
    atlas('T0024.001', 'Invert AI Model', 'primary'),
    atlas('T0040', 'AI Model Inference API Access'),
    ...atlasMitigations('M0002', 'M0004', 'M0024', 'M0019'),
    owaspMl('ML03', 'primary'),
    aiExchange('2.3.2', 'Model inversion and membership inference'),
    nist('032', 'Reconstruction', 'primary'),
    nist('034', 'Property Inference'),
    ...avid('S0501', 'S0301', 'P0300', 'P0301'),
    ...cwe('memory', 'related', 200, 203, 359),
    aiAct('15(5)', 'Cybersecurity: confidentiality attacks', 'secondary'),
  ],
  say: {
    engineer:
      'Gradients or fine-grained scores let an attacker climb towards the input the model is surest about, which resembles its training data. Measure how recognisable the reconstructions are, not only how well they fit. Return as little detail as your callers can live with.',
    responder:
      'Treat it as a possible disclosure of personal data, not as a bug in the service. Look for long runs of queries aimed at one class or one name. Bring in the privacy team early, because notification periods may already be running.',
    policy:
      'By asking many questions, somebody can redraw what the system was trained on, down to a recognisable face. No database was opened, yet private information came out. Whether the model itself counts as personal data then becomes a live question.',
  },
  response: {
    firstResponse: [
      'Find out which classes or persons were probed, and how far the reconstruction got.',
      'Tell the privacy or data-protection lead, and start the clock for any notification.',
      'Reduce the detail of answers: labels only or rounded scores, and a limit on queries.',
      'Review who else holds a copy of the model, since a copy can be inverted offline.',
      'Decide whether the model must be withdrawn or retrained without the affected data.',
    ],
    evidenceToPreserve: [
      'Query and answer logs with full score vectors, kept under the same protection as the data',
      'The model version and a statement of what data it was trained on',
      'Reconstructions that were obtained, with the comparison to real records',
      'Accounts, keys and rates of the callers',
      'Consent and legal-basis records for the people concerned',
    ],
  },
} satisfies FailureModeInput
