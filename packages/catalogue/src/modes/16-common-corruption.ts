import { accessNotAsked } from '../access.ts'
import { aiAct, avid } from '../crosswalk-schemes.ts'
import { aiActSafety, productLiability } from '../legal.ts'
import type { FailureModeInput } from '../schema.ts'

export default {
  number: 16,
  slug: 'common-corruption',
  name: 'Common Corruption',
  summaryName: 'Common Corruption',
  kind: 'unintentional',
  addedIn: 'failure-modes-2019',
  systemKinds: ['predictive', 'generative'],
  provenance: 'verified',
  overview:
    'The system cannot cope with common corruptions and perturbations such as tilting, zooming or noisy images.',
  description:
    'Everyday damage to the input, of the kind that cameras, networks and weather cause, lowers the quality of the answers far more than it troubles a person.',
  compromises: ['safety'],
  scenarios: [
    {
      text: 'Changes of brightness, contrast, fog or noise in pictures bring image-recognition figures down markedly.',
      tags: [],
      references: [26],
    },
  ],
  parallel: {
    text: 'A program without tolerance for noisy or malformed input.',
    differs:
      'The input is valid in every formal respect, so no check rejects it, and quality sinks by degrees instead of stopping with an error. How bad it is has to be measured, kind by kind and strength by strength.',
    provenance: 'derived',
  },
  stride: [],
  policy: {
    cause: 'Training and test data are cleaner than what real sensors deliver.',
    consequence:
      'The promised accuracy holds in the laboratory only. The gap is widest in bad weather, with cheap equipment and over poor connections.',
    civilLiberties:
      'People with older devices or in poorer surroundings get the worse service, an inequality that comes from quality of equipment and is easily overlooked.',
    opinionOf: 'failmode',
    provenance: 'derived',
  },
  accessViolation: accessNotAsked,
  legalNotes: [
    aiActSafety('common-corruption', 'Article 15(4)', 'Resilience against errors and faults.', 'secondary'),
    productLiability,
  ],
  mitigations: ['16-o1', '16-o2', '16-o3'],
  crosswalk: [...avid('P0201'), aiAct('15(4)', 'Robustness: errors and faults', 'secondary')],
  say: {
    engineer:
      'Apply each corruption at several strengths to the same test set, and report the error for each, not only the mean. Compare with a baseline model. Training on one corruption often helps little against the next.',
    responder:
      'Check sensors, lenses, compression and network before suspecting an attack. Compare the quality of the failing inputs with that of the test set. A cleaned lens may be the whole fix, but the decisions made meanwhile still need review.',
    policy:
      'Fog, noise or a tilted camera was enough to make it fail. Nothing was done to the system. The owner should be able to show at what strength of disturbance it was tested, and where it stops being reliable.',
  },
  response: {
    firstResponse: [
      'Compare quality measures of the failing inputs with those of the test data.',
      'Inspect and repair sensors, transport and preprocessing.',
      'Find since when, and for which devices, quality has been low.',
      'Review the decisions taken on poor inputs.',
      'Add a quality gate that sends poor inputs to people.',
    ],
    evidenceToPreserve: [
      'Original inputs before any enhancement',
      'Device, firmware and compression settings',
      'Weather and light, where relevant',
      'Robustness test reports by kind and strength',
      'Predictions with confidences over the period',
    ],
  },
} satisfies FailureModeInput
