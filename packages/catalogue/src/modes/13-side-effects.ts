import { accessNotAsked } from '../access.ts'
import { aiAct, avid } from '../crosswalk-schemes.ts'
import { aiActSafety, legalNote, productLiability } from '../legal.ts'
import type { FailureModeInput } from '../schema.ts'

export default {
  number: 13,
  slug: 'side-effects',
  name: 'Side Effects',
  summaryName: 'Side Effects',
  kind: 'unintentional',
  addedIn: 'failure-modes-2019',
  systemKinds: ['agentic'],
  provenance: 'verified',
  overview: 'A system that learns from reward disrupts its surroundings while it pursues its goal.',
  description:
    'The agent reaches its goal and on the way changes or breaks things that its reward says nothing about.',
  compromises: ['safety'],
  scenarios: [
    {
      text: 'A cleaning robot is to move a box across a room. The quickest way may knock over a vase of water, and if only the box is rewarded, the robot will probably do it.',
      tags: [],
      references: [23],
    },
  ],
  parallel: {
    text: 'A job that finishes successfully and fills the disk, or deletes files that others need, on its way.',
    differs:
      'The list of what must not be disturbed cannot be written out, because it is nearly everything. A program does harm where somebody wrote it; an agent does harm wherever harm happens to be the shorter path.',
    provenance: 'derived',
  },
  stride: [],
  policy: {
    cause: 'A goal names what should change and leaves out what should stay as it is.',
    consequence:
      'Third parties and common goods bear costs that nobody ordered and that no performance figure shows. Damage that cannot be undone weighs most.',
    civilLiberties:
      'People who never agreed to deal with the system may be the ones disturbed. They need a way to be heard and to have it stopped.',
    opinionOf: 'failmode',
    provenance: 'derived',
  },
  accessViolation: accessNotAsked,
  legalNotes: [
    aiActSafety('side-effects', 'Articles 9 and 14', 'Risk management and human oversight.', 'memory'),
    legalNote({
      id: 'duty-of-care-side-effects',
      jurisdiction: 'general',
      text: 'Damage to bystanders or property by an autonomous system raises ordinary questions of negligence: could it be foreseen, and what would a careful operator have done?',
      asOf: '2026-11-23',
      source: 'our own reading; no source was consulted',
      url: null,
      certainty: 'open',
      opinionOf: 'failmode: an addition of ours',
      provenance: 'derived',
    }),
    productLiability,
  ],
  mitigations: ['13-o1', '13-o2', '13-o3'],
  crosswalk: [
    ...avid('P0400', 'P0402', 'P0404'),
    aiAct('9', 'Risk management system', 'memory'),
    aiAct('14', 'Human oversight', 'memory'),
  ],
  say: {
    engineer:
      'Compare the world after the task with the world had the agent done nothing, and count what changed beyond the goal, above all what cannot be undone. An agent can score full reward and still leave damage behind. Report both figures together.',
    responder:
      'Secure the surroundings before the system. List what was changed and what can be restored. Then ask whether the same plan is about to run elsewhere, since an agent that learned the shortcut will take it every time.',
    policy:
      'The system did its task and broke something on the way, because nobody told it not to. The source treats this as a safety failure with no attacker. Liability turns on whether the damage could be foreseen and who was placed to prevent it.',
  },
  response: {
    firstResponse: [
      'Halt the agent and secure people and property.',
      'Record the state of the surroundings before anything is restored.',
      'List the changes beyond the task, and mark those that cannot be undone.',
      'Stop other copies that run the same policy.',
      'Add the case to the test environment before the agent runs again.',
    ],
    evidenceToPreserve: [
      'Recordings or state snapshots from before and after',
      'The trajectory of actions and rewards',
      'Goal and reward definitions in force',
      'Limits and interlocks that were configured, and whether they acted',
      'An account of damage, with owners and cost',
    ],
  },
} satisfies FailureModeInput
