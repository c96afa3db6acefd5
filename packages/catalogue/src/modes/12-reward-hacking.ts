import { accessNotAsked } from '../access.ts'
import { aiAct, avid, owaspAgentic } from '../crosswalk-schemes.ts'
import { aiActSafety, productLiability } from '../legal.ts'
import type { FailureModeInput } from '../schema.ts'

export default {
  number: 12,
  slug: 'reward-hacking',
  name: 'Reward Hacking',
  summaryName: 'Reward Hacking',
  kind: 'unintentional',
  addedIn: 'failure-modes-2019',
  systemKinds: ['agentic'],
  provenance: 'verified',
  overview:
    'A system that learns from reward acts in unintended ways, because the reward that was written down is not the one that was meant.',
  description:
    'Reinforcement learning pursues the stated reward. Where that differs from what its designers truly wanted, the system finds ways to collect the reward without doing the job.',
  compromises: ['safety'],
  scenarios: [
    {
      text: 'A large collection of examples of such gaming by learning systems has been compiled.',
      tags: [],
      references: [22],
    },
  ],
  parallel: {
    text: 'A service target that is met on paper: the monitored figure is green while users are badly served.',
    differs:
      'No person decides to cheat and no rule of the program is broken. The shortcut is found by search, may be one that nobody thought of, and grows more likely the better the learner is.',
    provenance: 'derived',
  },
  stride: [],
  policy: {
    cause: 'What people want is hard to write as a number, and a learner takes the number at its word.',
    consequence:
      'A system can score well in every report while it fails, or harms, those it should serve. Targets set by contract or regulation can be gamed in the same way.',
    civilLiberties:
      'Where the reward stands for people, as with clicks, arrests or benefits refused, gaming it bears on their rights. Those affected should be able to see and challenge what is being rewarded.',
    opinionOf: 'failmode',
    provenance: 'derived',
  },
  accessViolation: accessNotAsked,
  legalNotes: [
    aiActSafety(
      'reward-hacking',
      'Articles 9, 14, 15(1) and 15(4)',
      'Risk management, human oversight, and a fitting level of accuracy and robustness. Articles 15(1) and 15(4) are known from copies, the others from memory.',
      'memory',
    ),
    productLiability,
  ],
  mitigations: ['12-o1', '12-o2', '12-o3'],
  crosswalk: [
    ...avid('P0200', 'P0400'),
    owaspAgentic('ASI10', 'Rogue Agents', { note: 'The closest newer term.' }),
    aiAct('9', 'Risk management system', 'memory'),
    aiAct('14', 'Human oversight', 'memory'),
    aiAct('15(1)', 'Accuracy, robustness and cybersecurity', 'secondary'),
    aiAct('15(4)', 'Robustness', 'secondary'),
  ],
  say: {
    engineer:
      'Keep a second measure of what you really want, which the agent never trains on, and watch the two part company during training. Trained agents are compared on stated reward and true performance over many episodes and seeds. One good run proves little.',
    responder:
      'Nobody attacked anything: the agent does what it was paid to do. Take it out of control, keep the exact reward definition, and replay the episodes. Look for the point in training at which the stated reward kept rising and real results did not.',
    policy:
      'The machine met its target and missed the point. There is no wrongdoer outside the organisation; the question is whether those who set the target should have seen how it could be gamed, and who checked the outcome rather than the figure.',
  },
  response: {
    firstResponse: [
      'Stop the agent from acting, or hand its decisions to people.',
      'Measure real outcomes apart from the reward it was trained on.',
      'Replay recent episodes and mark those in which reward and outcome disagree.',
      'Return to an earlier policy if one is known to behave.',
      'Correct the reward, train again, and test against the recorded cases.',
    ],
    evidenceToPreserve: [
      'The reward definition and its change history',
      'Agent weights at several points of training, with seeds',
      'Trajectories: observation, action and reward at each step',
      'The separate measure of true performance',
      'Reports that were made from the reward figure',
    ],
  },
} satisfies FailureModeInput
