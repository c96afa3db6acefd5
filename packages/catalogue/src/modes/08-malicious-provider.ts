import { aiAct, aiExchange, atlas, atlasMitigations, avid, cwe, nist, owaspMl } from '../crosswalk-schemes.ts'
import {
  aiActCybersecurity,
  aiActValueChain,
  edpbModels,
  gdprDuties,
  legalNote,
  notInCfaaMatrix,
  vanBuren,
} from '../legal.ts'
import type { FailureModeInput } from '../schema.ts'

export default {
  number: 8,
  slug: 'malicious-provider',
  name: 'Malicious ML providers who can recover training data',
  summaryName: 'Malicious ML provider recovering training data',
  kind: 'intentional',
  addedIn: 'failure-modes-2019',
  systemKinds: ['predictive', 'generative'],
  provenance: 'verified',
  overview: 'The provider queries the model of a customer and recovers the training data of that customer.',
  description:
    "Whoever supplies the training code, the service or the model can later ask the customer's model questions and get the customer's training data back, because the algorithm was made to remember them.",
  compromises: ['confidentiality'],
  knowledgeNote:
    'The source gives no label. The provider knows the algorithm, having written it, so in our reading it is a white-box attack.',
  scenarios: [
    {
      text: 'A malicious provider supplies an algorithm with a backdoor, from whose model private training data come out again: faces and texts were rebuilt from the model alone.',
      tags: [],
      references: [18],
      correction:
        'The source prints number 12 and its list lacks entry 18. The content is that of Song and others (2017), which we place at 18.',
    },
  ],
  parallel: {
    text: 'Targeted disclosure of information.',
    differs:
      'The leak goes out through the product itself: the data are hidden in the weights, no connection home is needed, and the model passes every accuracy test. The insider is a supplier whom the customer chose.',
    provenance: 'verified',
  },
  stride: ['I'],
  policy: {
    cause:
      'Customers hand over their most private data or run code they cannot judge, and a promise stands in for a check.',
    consequence:
      "Data that never left the customer's premises can leave inside a model. Trust in outsourced training, and the contracts that carry it, are what is damaged.",
    civilLiberties:
      'The people whose data were used never dealt with the provider and can hardly notice. Outside review of training code protects them, and claims of trade secrecy stand in its way.',
    opinionOf: 'failmode',
    provenance: 'derived',
  },
  accessViolation: {
    table: 'yes',
    comments: {
      reading: 'unclear',
      text: 'It feels like misuse by the provider: providers are not expected to look into the data of their customers. What is violated, though indirectly, is a promise made to the customer.',
      provenance: 'verified',
    },
    paper: {
      reading: 'unclear',
      text: 'A trusted party misuses access that it was given. Whether that is a violation of access at all may depend on the contract.',
      provenance: 'secondary',
    },
  },
  legalNotes: [
    notInCfaaMatrix,
    vanBuren,
    legalNote({
      id: 'gdpr-processor',
      jurisdiction: 'European Union',
      text: 'If the provider processes personal data on behalf of the customer, taking them for its own ends goes beyond its instructions as a processor (Article 28), and security of processing (Article 32) is in question on both sides.',
      asOf: '2026-11-23',
      source: 'Regulation (EU) 2016/679, Articles 28 and 32',
      url: 'https://eur-lex.europa.eu/eli/reg/2016/679/oj',
      certainty: 'likely',
      opinionOf: 'failmode: an addition of ours',
      provenance: 'memory',
    }),
    gdprDuties,
    edpbModels,
    aiActValueChain,
    aiActCybersecurity('confidentiality-provider', 'It names attacks on confidentiality.'),
  ],
  mitigations: ['8-m1', '8-o1', '8-o2'],
  crosswalk: [
    atlas('T0044', 'Full AI Model Access', 'related', { note: 'Nearest; ATLAS has no exact technique.' }),
    atlas('T0010.001', 'AI Supply Chain Compromise: AI Software'),
    atlas('T0018', 'Manipulate AI Model'),
    atlas('T0024.001', 'Invert AI Model'),
    atlas('T0025', 'Exfiltration via Cyber Means'),
    ...atlasMitigations('M0005', 'M0017'),
    owaspMl('ML06', 'primary'),
    owaspMl('ML03'),
    aiExchange('3.1.3', 'Supply-chain model poisoning'),
    aiExchange('4.5', 'Input data leak'),
    nist('032', 'Reconstruction', 'related', { note: 'Together with its supply-chain class.' }),
    ...avid('S0201', 'S0501', 'S0200'),
    ...cwe('memory', 'related', 506, 1357, 359),
    aiAct('15(5)', 'Cybersecurity: confidentiality attacks', 'secondary'),
    aiAct('25', 'Responsibilities along the value chain', 'memory'),
  ],
  say: {
    engineer:
      'Training code can hide data in a model: in the low bits of weights, in their signs or correlations, or in labels for invented inputs. Measure how many bits the model could carry and whether the known ways of decoding yield data. Finding nothing rules out only the ways that were tried.',
    responder:
      'Assume that every copy of the model is a copy of the data. Find out who ran the training, what they saw and where the model went since. Do not warn the provider before evidence and rights of access are secured.',
    policy:
      "The supplier of a tool used the tool to take the customer's data. The published table calls this a violation of access, while its hidden comments and the paper version speak of misuse and broken promises. What the contract says may decide.",
  },
  response: {
    firstResponse: [
      'Stop handing out the model, and list everybody who has a copy.',
      "Revoke the provider's access to data, services and updates.",
      'Have the training code reviewed by somebody independent.',
      'Try to decode known records from the model, and rate what comes out by sensitivity.',
      'Tell the privacy lead and counsel; check the contract and duties to notify.',
    ],
    evidenceToPreserve: [
      'The model file exactly as delivered, with its digest',
      'Training code, containers and configuration from the provider',
      'Logs of data transfers and of queries made by the provider',
      'The contract, data-processing terms and security assurances',
      'A sealed sample of the training data for comparison',
    ],
  },
} satisfies FailureModeInput
