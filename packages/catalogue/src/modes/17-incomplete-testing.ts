import { accessNotAsked } from '../access.ts'
import { aiAct, avid } from '../crosswalk-schemes.ts'
import { aiActSafety, legalNote, productLiability } from '../legal.ts'
import type { FailureModeInput } from '../schema.ts'

export default {
  number: 17,
  slug: 'incomplete-testing',
  name: 'Incomplete Testing in Realistic conditions',
  summaryName: 'Incomplete Testing',
  kind: 'unintentional',
  addedIn: 'failure-modes-2019',
  systemKinds: ['predictive', 'generative', 'agentic'],
  provenance: 'verified',
  overview: 'The system was not tested in the realistic conditions in which it is meant to operate.',
  description:
    'What was tested is not what the system will meet. Defenders prepare for clever attacks on the algorithm and lose sight of plain, likely circumstances.',
  compromises: ['safety'],
  scenarios: [
    {
      text: 'Defenders tend to look at the robustness of the algorithm and to forget real conditions: a stop sign blown off by the wind is likelier than an attacker who perturbs the input.',
      tags: [],
      references: [25],
    },
  ],
  parallel: {
    text: 'A test plan that leaves out the conditions of production.',
    differs:
      'Coverage of code says nothing here, because the behaviour lies in the data. What has to be covered is combinations of conditions in the world, which are countless, so the honest question is which of them were tested and which were not.',
    provenance: 'derived',
  },
  stride: [],
  policy: {
    cause:
      'Tests are drawn from the data at hand rather than from the conditions of use, and rare conditions are dear to collect.',
    consequence:
      'A system goes into use with its weak spots unknown to everybody, its owner included. Harm then looks like bad luck although it could have been foreseen.',
    civilLiberties:
      'Testing in the real world uses the public as test subjects. It needs notice, limits and a way out for those concerned.',
    opinionOf: 'failmode',
    provenance: 'derived',
  },
  accessViolation: accessNotAsked,
  legalNotes: [
    aiActSafety(
      'incomplete-testing',
      'Articles 9, 10 and 60',
      'Testing as part of risk management, data that fit the use, and rules for testing in real-world conditions.',
      'memory',
    ),
    legalNote({
      id: 'duty-of-care-testing',
      jurisdiction: 'general',
      text: 'Whether testing was enough is a question of reasonable care. A record of the conditions that were considered, tested and left out is the evidence either way.',
      asOf: '2026-11-23',
      source: 'our own reading; no source was consulted',
      url: null,
      certainty: 'open',
      opinionOf: 'failmode: an addition of ours',
      provenance: 'derived',
    }),
    productLiability,
  ],
  mitigations: ['17-o1', '17-o2', '17-o3'],
  crosswalk: [
    ...avid('P0204', 'L05'),
    aiAct('9', 'Testing within risk management', 'memory'),
    aiAct('10', 'Data and data governance', 'memory'),
    aiAct('60', 'Testing in real-world conditions', 'memory'),
  ],
  say: {
    engineer:
      'Write down the operating conditions and their values, then count which combinations the tests cover and what is known for each. An untested condition is reported as unknown, never as passed. Cover pairs of conditions first, since they give most for the effort.',
    responder:
      'Ask whether the condition of the incident was ever in a test. If not, this is the failure, whatever else went wrong. Record the condition exactly, so that it can be reproduced and added.',
    policy:
      'It failed in a situation that nobody had tried. The decisive document is the list of conditions that the owner had promised, tested and left out. Without that list, nobody can tell bad luck from lack of care.',
  },
  response: {
    firstResponse: [
      'Describe the conditions of the failure in measurable terms.',
      'Check the test plan: was this condition, or a neighbour of it, covered?',
      'Restrict use to conditions that were tested.',
      'Reproduce the condition and measure the failure rate.',
      'Extend the plan, and note which conditions stay untested and why.',
    ],
    evidenceToPreserve: [
      'The statement of intended use and operating conditions',
      'Test plan, coverage and results by condition',
      'Telemetry that fixes the conditions of the incident',
      'Decisions to waive or postpone tests, with names and dates',
      'The model version that was tested and the one that was deployed',
    ],
  },
} satisfies FailureModeInput
