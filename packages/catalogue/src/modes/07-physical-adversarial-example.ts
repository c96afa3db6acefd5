import { aiAct, atlas, atlasCase, atlasMitigations, avid, cwe, nist, owaspMl } from '../crosswalk-schemes.ts'
import { aiActCybersecurity, notInCfaaMatrix, productLiability, trickingARobot, vanBuren } from '../legal.ts'
import type { FailureModeInput } from '../schema.ts'

export default {
  number: 7,
  slug: 'physical-adversarial-example',
  name: 'Adversarial Example in the Physical domain',
  summaryName: 'Adversarial Example in Physical Domain',
  kind: 'intentional',
  addedIn: 'failure-modes-2019',
  systemKinds: ['predictive'],
  provenance: 'verified',
  overview:
    'Adversarial examples are brought into the physical world, for example as 3D-printed eyewear that defeats face recognition.',
  description:
    'An input made only to mislead the system takes physical form: an object, a pattern or a light that a camera or another sensor picks up and that keeps its effect from many angles and distances.',
  compromises: ['integrity'],
  scenarios: [
    {
      text: 'A turtle is 3D-printed with a special texture and is taken for a rifle by image recognition.',
      tags: [],
      references: [16],
      correction:
        'The source tells it the other way round; the cited paper reports the turtle that is taken for a rifle.',
    },
    {
      text: 'Glasses are made with a pattern that misleads face recognition, so that faces are no longer recognised correctly.',
      tags: [],
      references: [17],
    },
  ],
  parallel: {
    text: 'Elevation of privilege and remote execution of code, carried over from bits to atoms.',
    differs:
      'The attacker touches the world and not the system, so no network control is in the way, and anybody may walk past the sensor. Light, angle and distance vary, so the effect is a rate and not a yes or no. What follows can be a physical act that no update undoes.',
    provenance: 'verified',
  },
  stride: ['T', 'E', 'S'],
  policy: {
    cause:
      'Sensors take in whatever is in front of them, and recognition relies on patterns that people do not notice.',
    consequence:
      'Vehicles, doors, cameras and weapons may act wrongly in public space, with injury as the worst outcome and with bystanders among the victims.',
    civilLiberties:
      'Clothing, make-up or glasses that defeat recognition are also a way to move unobserved in public. A ban on them would reach far beyond attackers and touch expression and privacy.',
    opinionOf: 'failmode, drawing on arXiv:2002.05648 and Calo et al.',
    provenance: 'derived',
  },
  accessViolation: {
    table: 'no',
    comments: { reading: 'none', text: 'The comment for this mode is empty.', provenance: 'verified' },
    paper: {
      reading: 'no',
      text: 'The paper version refers back to its analysis of the earlier modes.',
      provenance: 'secondary',
    },
  },
  legalNotes: [
    notInCfaaMatrix,
    vanBuren,
    trickingARobot,
    aiActCybersecurity(
      'physical',
      'It names adversarial examples. For products listed in Annex I, product-safety law applies as well.',
    ),
    productLiability,
  ],
  mitigations: ['7-m1'],
  crosswalk: [
    atlas('T0041', 'Physical Environment Access', 'primary'),
    atlas('T0015', 'Evade AI Model', 'primary'),
    atlas('T0008.003', 'Physical Countermeasures'),
    atlas('T0043', 'Craft Adversarial Data'),
    ...atlasMitigations(
      'M0002',
      'M0003',
      'M0004',
      'M0006',
      'M0008',
      'M0010',
      'M0015',
      'M0019',
      'M0005',
      'M0017',
      'M0009',
    ),
    atlasCase('CS0012', 'Face Identification System Evasion via Physical Countermeasures'),
    atlasCase('CS0013', 'Backdoor Attack on Deep Learning Models in Mobile Apps'),
    atlasCase('CS0004', 'Camera Hijack Attack on Facial Recognition System', 'Nearest.'),
    owaspMl('ML01', 'primary'),
    nist('022', 'Evasion', 'primary', { note: 'It counts physically realisable attacks here.' }),
    ...avid('S0403', 'P0402'),
    ...cwe('verified', 'primary', 1039),
    aiAct('15(5)', 'Cybersecurity: adversarial examples', 'secondary'),
  ],
  say: {
    engineer:
      'A pattern is optimised over many simulated views, so that it survives printing, angle, light and distance. Measure how often it works over those conditions, and compare with a random pattern of the same size. A simulation is not a field test, so say what was left out.',
    responder:
      'Secure the place and the object first: the evidence is a thing and not a log entry. Take the sensor recording in its original form. Ask whether the system may keep acting on its own until the cause is known.',
    policy:
      'Something placed in front of a camera made the machine act wrongly. The person who placed it never touched the system, so computer-crime law may have no hold, while traffic, safety and liability law do. The same means also protect people from being recognised.',
  },
  response: {
    firstResponse: [
      'Bring people out of danger, and put the system in a safe mode or under human control.',
      'Secure the object and photograph it in place, with scale, light and angle.',
      'Save the raw sensor data around the event.',
      'Test whether the effect shows again with the same model and with another sensor.',
      'Warn operators of other installations that use the same model.',
    ],
    evidenceToPreserve: [
      'The physical object, or high-resolution photographs of it',
      'Raw frames with camera settings and time',
      'Weather, light and distance at the time',
      'Model version and the decision log, with confidences',
      'What the system did next, and who was affected',
    ],
  },
} satisfies FailureModeInput
