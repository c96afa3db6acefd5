import { aiAct, atlas, atlasCase, atlasMitigations, avid, cwe, nist, owaspMl } from '../crosswalk-schemes.ts'
import {
  aiActCybersecurity,
  aiActValueChain,
  cfaaMatrix,
  legalNote,
  productLiability,
  vanBuren,
} from '../legal.ts'
import type { FailureModeInput } from '../schema.ts'

const seedQuestion = (id: string, text: string) =>
  legalNote({
    id: `seed-question-${id}`,
    jurisdiction: 'United States',
    text,
    asOf: '2019-11',
    source: 'Failure Modes in Machine Learning, comment in the page source',
    url: 'https://learn.microsoft.com/security/engineering/failure-modes-in-machine-learning',
    certainty: 'open',
    opinionOf: 'the authors of the taxonomy, who ask and do not answer',
    provenance: 'verified',
  })

export default {
  number: 9,
  slug: 'supply-chain',
  name: 'Attacking the ML Supply Chain',
  summaryName: 'Attacking the ML supply chain',
  kind: 'intentional',
  addedIn: 'failure-modes-2019',
  systemKinds: ['predictive', 'generative', 'agentic'],
  provenance: 'verified',
  overview:
    'A model is compromised on its way to the people who use it, at the place from which it is downloaded.',
  description:
    'Training takes so much data and computing that models of large makers are reused and only slightly changed. They are kept in public collections. Whoever alters a model there harms everybody who downloads it.',
  compromises: ['integrity'],
  scenarios: [
    {
      text: 'An attacker puts malicious code into a popular model, and an unsuspecting developer downloads it for an image-recognition system. In one public collection (Caffe) one model had a digest that did not match that of its authors, a sign of tampering, and 22 models had no digest at all.',
      tags: [],
      references: [20],
      correction:
        'The summary speaks of compromise while downloading; what is described is a tampered repository. The title of the mode also cites reference 19.',
    },
  ],
  parallel: {
    text: 'A third-party dependency that is not about security is compromised; an app store hands out malware without knowing it.',
    differs:
      'A model cannot be read as source code can, so review does not find what was altered, and a changed model still answers well on tests. Many model formats run code when they are opened, and few are signed.',
    provenance: 'verified',
  },
  stride: ['T', 'S', 'E'],
  policy: {
    cause:
      'The cost of training concentrates reuse on a few sources, and the habit of checking what is downloaded has not followed.',
    consequence:
      'One altered file reaches many products at once. It is unclear who owed care: the repository, the developer who reused the file, or nobody.',
    civilLiberties:
      'Duties on repositories to check what they host can close open sharing to small makers and volunteers, and can turn hosts into gatekeepers of research.',
    opinionOf: 'failmode',
    provenance: 'derived',
  },
  accessViolation: {
    table: 'yes',
    comments: {
      reading: 'unclear',
      text: 'Misuse: to insert malicious code into a source repository feels like a technological violation. Three legal questions follow and are left open.',
      provenance: 'verified',
    },
    paper: {
      reading: 'unclear',
      text: 'The paper version is more cautious: it may not map onto existing legal regimes.',
      provenance: 'secondary',
    },
  },
  legalNotes: [
    cfaaMatrix('supply-chain', ['Yes', 'Yes', 'Possible'], 'Barriers are bypassed.'),
    vanBuren,
    seedQuestion(
      'duty-of-care',
      'Do model repositories, most of them open source, fail a duty of care if they do not check the models they host for tampering?',
    ),
    seedQuestion(
      'cfaa',
      'Can the adversary who tampered be punished under the Computer Fraud and Abuse Act?',
    ),
    seedQuestion(
      'developer-liability',
      'Is the unsuspecting developer liable for the damage that a customer suffers?',
    ),
    aiActValueChain,
    aiActCybersecurity('model-poisoning-supply-chain', 'It names poisoning of pre-trained components.'),
    productLiability,
  ],
  mitigations: ['9-m1', '9-m2', '9-m3', '9-o1', '9-o2', '9-o3'],
  crosswalk: [
    atlas('T0010.003', 'AI Supply Chain Compromise: Model', 'primary'),
    atlas('T0058', 'Publish Poisoned Models', 'primary', {
      aliases: [{ id: 'AML.T0115.001', version: '2026.07', provenance: 'secondary' }],
    }),
    atlas('T0010.001', 'AI Supply Chain Compromise: AI Software'),
    atlas('T0010.004', 'AI Supply Chain Compromise: Container Registry'),
    atlas('T0018.002', 'Embed Malware'),
    atlas('T0011.000', 'Unsafe AI Artifacts'),
    atlas('T0076', 'Corrupt AI Model'),
    atlas('T0109', 'AI Supply Chain Rug Pull'),
    atlas('T0111', 'AI Supply Chain Reputation Inflation'),
    ...atlasMitigations(
      'M0005',
      'M0006',
      'M0008',
      'M0011',
      'M0013',
      'M0014',
      'M0016',
      'M0017',
      'M0018',
      'M0023',
    ),
    atlasCase('CS0019', 'PoisonGPT'),
    atlasCase('CS0027', 'Organization Confusion on Hugging Face'),
    atlasCase('CS0028', 'AI Model Tampering via Supply Chain Attack'),
    atlasCase('CS0031', 'Malicious Models on Hugging Face'),
    owaspMl('ML06', 'primary'),
    nist('051', 'Model Poisoning (supply chain)', 'primary', {
      note: 'Unsafe deserialisation is outside its scope.',
    }),
    ...avid('S0200', 'S0201', 'S0202'),
    ...cwe('secondary', 'primary', 502),
    ...cwe('memory', 'related', 494, 829, 345, 353, 1357),
    aiAct('15(5)', 'Cybersecurity: model poisoning', 'secondary'),
    aiAct('25', 'Responsibilities along the value chain', 'memory'),
  ],
  say: {
    engineer:
      'Treat a downloaded model as untrusted code and untrusted data at once. Pin it by digest, verify a signature where there is one, prefer formats that cannot run code, and scan before loading. A clean scan of the file says nothing about what the weights were trained to do.',
    responder:
      'Do not open the file on a machine that matters. Compare its digest with the published one and with your own older copies. List every system and every model derived from it, because fine-tuning carries the problem along.',
    policy:
      'A shared building block was tampered with, and everyone who built on it is affected. The source asks whether those who host it owe a check, whether the tamperer can be punished, and whether the developer who trusted it must pay; it leaves all three open.',
  },
  response: {
    firstResponse: [
      'Isolate the systems that loaded the model, and block the file by digest.',
      "Compare with the publisher's digest and signature, and tell publisher and host.",
      'Inspect the file without loading it; look for code that runs on opening.',
      'Find every product and derived model that used it.',
      'Replace it with a verified version, and rotate the secrets that its process could reach.',
    ],
    evidenceToPreserve: [
      'The file as received, with its digest, source address and time of download',
      'Download and package-manager logs',
      "The publisher's page as it stood, with version history",
      'Process and network logs of the machines that loaded it',
      'The bill of materials of the affected products',
    ],
  },
} satisfies FailureModeInput
