import { aiAct, atlas, atlasCase, atlasMitigations, avid, cwe, owaspMl } from '../crosswalk-schemes.ts'
import { aiActCybersecurity, cfaaMatrix, legalNote, productLiability, vanBuren } from '../legal.ts'
import type { FailureModeInput } from '../schema.ts'

export default {
  number: 11,
  slug: 'software-dependencies',
  name: 'Exploit software dependencies of ML system',
  summaryName: 'Exploit Software Dependencies',
  kind: 'intentional',
  addedIn: 'failure-modes-2019',
  systemKinds: ['predictive', 'generative', 'agentic'],
  provenance: 'verified',
  overview:
    'Ordinary software exploits, such as a buffer overflow, are used to confuse or control a machine-learning system.',
  description:
    'The attacker does not manipulate the learning algorithm but uses common software vulnerabilities in the libraries around it, for example an overflow in the code that decodes an image.',
  compromises: ['confidentiality', 'integrity', 'availability'],
  scenarios: [
    {
      text: 'Corrupt input is sent to an image-recognition system, and a bug in one of its dependencies makes it misclassify.',
      tags: [],
      references: [19],
      correction: 'The source gives no reference here; number 19 fits, which is our choice.',
    },
  ],
  parallel: {
    text: 'It is the traditional attack itself: a compromised open-source dependency, or a flaw of a web service such as cross-site scripting, forged requests or missing input checks.',
    differs:
      'It differs in setting rather than in kind. Machine-learning stacks are deep, parse many odd formats and often run with wide rights over data, and a wrong answer may be the only symptom. It is usually easier than attacking the learning itself.',
    provenance: 'verified',
  },
  stride: ['S', 'T', 'R', 'I', 'D', 'E'],
  policy: {
    cause:
      'A learned system stands on a large body of common software that is patched late and inventoried rarely.',
    consequence:
      'Known, avoidable weaknesses decide over systems thought to be advanced. The familiar rules on patching, disclosure and negligence apply.',
    civilLiberties:
      'Finding and reporting such bugs needs protection for researchers who act in good faith; otherwise the public learns of them last.',
    opinionOf: 'failmode',
    provenance: 'derived',
  },
  accessViolation: {
    table: 'yes',
    comments: {
      reading: 'unclear',
      text: 'Misuse: exploiting dependencies is said to amount to violating the access controls that the original designer set up, rather than to be such a violation in so many words.',
      provenance: 'verified',
    },
    paper: {
      reading: 'unclear',
      text: 'The paper version is more cautious and speaks of access misused by a trusted party.',
      provenance: 'secondary',
    },
  },
  legalNotes: [
    cfaaMatrix('dependencies', ['Yes', 'Yes', 'Yes'], 'Exploit code is used.'),
    vanBuren,
    aiActCybersecurity('performance', 'Its general words on altering outputs or performance fit.'),
    legalNote({
      id: 'cyber-resilience-act',
      jurisdiction: 'European Union',
      text: 'For products with digital elements the Cyber Resilience Act adds duties on known vulnerabilities and on updates.',
      asOf: '2026-11-23',
      source: 'Regulation (EU) 2024/2847',
      url: 'https://eur-lex.europa.eu/eli/reg/2024/2847/oj',
      certainty: 'likely',
      opinionOf: 'failmode: an addition of ours',
      provenance: 'memory',
    }),
    productLiability,
  ],
  mitigations: ['11-m1', '11-o1', '11-o2'],
  crosswalk: [
    atlas('T0010.001', 'AI Supply Chain Compromise: AI Software', 'primary'),
    atlas('T0049', 'Exploit Public-Facing Application', 'primary'),
    atlas('T0011.001', 'Malicious Package'),
    atlas('T0050', 'Command and Scripting Interpreter'),
    atlas('T0112', 'Machine Compromise'),
    ...atlasMitigations('M0006', 'M0011', 'M0013', 'M0016', 'M0018', 'M0023'),
    atlasCase('CS0015', 'Compromised PyTorch Dependency Chain'),
    atlasCase('CS0018', 'Arbitrary Code Execution with Google Colab'),
    atlasCase('CS0023', 'ShadowRay'),
    atlasCase('CS0030', 'LLM Jacking'),
    atlasCase('CS0052', 'LLMSmith: RCE Vulnerabilities in LLM-Integrated Applications'),
    owaspMl('ML06', 'primary'),
    ...avid('S0100', 'S0202'),
    ...cwe('secondary', 'related', 502, 94, 79, 78),
    ...cwe('verified', 'related', 22),
    ...cwe('memory', 'related', 120, 787, 352, 20, 1395),
    aiAct('15(5)', 'Cybersecurity: general clause', 'secondary'),
  ],
  say: {
    engineer:
      'List what your model server really loads, check it against known advisories, and feed its parsers malformed input while watching for crashes and runaway memory. A crash on bad input is a finding even if no advisory names it.',
    responder:
      'Handle it as an ordinary software incident: version, advisory, exploit, reach. Add one question: did the fault change predictions without any error being raised? The ordinary bug bar rates it, since the bar for machine learning has no row for it.',
    policy:
      'This is the familiar kind of hacking, aimed at the software around the model. Existing law on computer misuse and existing duties to patch fit it best of all the modes. It is worth asking first, because it is the cheapest way in.',
  },
  response: {
    firstResponse: [
      'Identify the component and version, and whether an advisory exists.',
      'Contain: restrict input to the affected parser or take the service offline.',
      'Patch or pin to a safe version, and rebuild from clean sources.',
      'Check whether predictions were wrong while no error was logged.',
      'Search for what else the process could reach, and rotate its secrets.',
    ],
    evidenceToPreserve: [
      'The input that triggered it, byte for byte',
      'Crash dumps, core files and process logs',
      'The lock file or bill of materials of the running image',
      'Predictions made during the window',
      'Host and network telemetry',
    ],
  },
} satisfies FailureModeInput
