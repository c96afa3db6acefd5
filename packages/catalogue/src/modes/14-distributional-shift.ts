import { accessNotAsked } from '../access.ts'
import { aiAct, aiExchange, avid } from '../crosswalk-schemes.ts'
import { aiActSafety, productLiability } from '../legal.ts'
import type { FailureModeInput } from '../schema.ts'

export default {
  number: 14,
  slug: 'distributional-shift',
  name: 'Distributional shifts',
  summaryName: 'Distributional shifts',
  kind: 'unintentional',
  addedIn: 'failure-modes-2019',
  systemKinds: ['predictive', 'generative', 'agentic'],
  provenance: 'verified',
  overview: 'The system was tested in one kind of environment and cannot adapt to changes in another.',
  description:
    'A system that was built and tested under certain conditions meets others in use, and goes on acting with undiminished confidence on rules that no longer hold.',
  compromises: ['safety'],
  scenarios: [
    {
      text: 'Two agents that were state of the art, Rainbow DQN and A2C, learned in simulation to avoid lava and reach a goal. In testing the lava had been moved a little, and they could not avoid it.',
      tags: [],
      references: [24],
    },
  ],
  parallel: {
    text: 'Software that is run on a platform or a load it was never tested on.',
    differs:
      'There is no version mismatch to detect and nothing stops: the model answers just as fluently outside its experience as inside. The world can drift without any release, so a system that passed its tests can fail later, unchanged.',
    provenance: 'derived',
  },
  stride: [],
  policy: {
    cause: 'Learning assumes that tomorrow resembles the training data, and the world does not keep to that.',
    consequence:
      'Approval given once loses its value as conditions change. Errors gather in places, seasons or groups that were rare in the data.',
    civilLiberties:
      'Groups that were few in the training data meet the shifted system first. Monitoring by group protects them, but means collecting the very attributes that should not be misused.',
    opinionOf: 'failmode',
    provenance: 'derived',
  },
  accessViolation: accessNotAsked,
  legalNotes: [
    aiActSafety(
      'distributional-shift',
      'Articles 15(4) and 72',
      'Robustness, and monitoring after the system is on the market. Article 10 on data may bear on it too.',
      'secondary',
    ),
    productLiability,
  ],
  mitigations: ['14-o1', '14-o2', '14-o3'],
  crosswalk: [
    ...avid('P0202', 'P0101', 'P0102'),
    aiExchange('continuous validation', 'Model drift and staleness', {
      note: 'Named control that covers it.',
    }),
    aiAct('15(4)', 'Robustness', 'secondary'),
    aiAct('10', 'Data and data governance', 'memory'),
    aiAct('72', 'Post-market monitoring', 'secondary'),
  ],
  say: {
    engineer:
      'Test on data from other times, places and devices than those you trained on, and test whether you would notice: compare the live inputs with the training inputs, corrected for many tests. For agents, move the obstacles. Confidence is no alarm, because it often stays high.',
    responder:
      'Ask what changed in the world, not only what changed in the system. Compare recent inputs with those at the last validation. Fall back to people or to a simpler rule for the affected slice rather than for everything.',
    policy:
      'The system was right where it was tested and wrong where it was used. Nobody interfered with it. What counts is whether its owner had said under which conditions it works, and watched whether they still hold.',
  },
  response: {
    firstResponse: [
      'Find the slice that is affected: place, time, device, group.',
      'Route that slice to people or to a fallback.',
      'Compare the statistics of live inputs with those of training and validation.',
      'Label a recent sample and measure accuracy afresh.',
      'Retrain or restrict use, and state the new limits of validity.',
    ],
    evidenceToPreserve: [
      'Input statistics over time, and a retained sample of inputs',
      'The validation report and its stated conditions',
      'When sensors, suppliers or preprocessing changed',
      'Predictions with confidences, and outcomes once known',
      'Date of last training and newest training entry',
    ],
  },
} satisfies FailureModeInput
