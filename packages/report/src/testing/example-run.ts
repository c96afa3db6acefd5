// A run document with everything a report has to show: every outcome, both scales, every kind of evidence, a
// waived finding, unanswered rating facts, sanity checks that fired, a mode of a plugin. `hostileRun` is the same
// run with every name that a stranger could have chosen made into an attack on the reader.
import { createHash } from 'node:crypto'
import type {
  Blob,
  CheckResult,
  Evidence,
  Finding,
  Measurement,
  ModeResult,
  RunDocument,
} from '@failmode/core'
import { combineOutcomes } from '@failmode/core'
import { greyPng } from './png.ts'

export interface Example {
  readonly run: RunDocument
  readonly blobs: ReadonlyMap<string, Uint8Array>
}

const seven = (x: number, y: number) => {
  const top = Math.exp(-(((y - 7) / 1.5) ** 2)) * (x > 6 && x < 21 ? 1 : 0)
  const stem = Math.exp(-(((x - (20 - (y - 7) * 0.45)) / 1.6) ** 2)) * (y >= 7 && y < 24 ? 1 : 0)
  return Math.max(top, stem)
}
const noise = (x: number, y: number) => (((Math.sin(x * 12.9898 + y * 78.233) * 43758.5453) % 1) + 1) % 1
const pictures: Readonly<Record<string, (x: number, y: number) => number>> = {
  clean: seven,
  adversarial: (x, y) => seven(x, y) * 0.92 + (noise(x, y) > 0.5 ? 0.1 : -0.02),
  difference: (x, y) => (noise(x, y) > 0.5 ? 0.75 : 0.25),
  fog: (x, y) => 0.45 + seven(x, y) * 0.4 + noise(x >> 2, y >> 2) * 0.15,
  inverted: (x, y) =>
    Math.exp(-(((x - 14) / 7) ** 2 + ((y - 14) / 9) ** 2)) * (0.6 + 0.4 * noise(x >> 1, y >> 1)),
}

export function exampleRun(): Example {
  const blobs = new Map<string, Uint8Array>()
  const picture = (name: string): Blob => {
    const path = `evidence/${name}.png`
    const bytes = greyPng(28, pictures[name] as (x: number, y: number) => number)
    blobs.set(path, bytes)
    return { path, sha256: sha256(bytes), bytes: bytes.length, mediaType: 'image/png' }
  }
  const frame = (label: string, name: string, sample = true) => ({
    label,
    blob: picture(name),
    width: 28,
    height: 28,
    sample,
  })

  const robust = rate('robust-accuracy', 9, 200, {
    attack: 'worst case over attacks',
    access: 'gradient',
    knowledge: ['algorithm'],
    slice: { eps: 0.1, norm: 'linf' },
    cost: { queries: 41_600, gradients: 40_000 },
    seed: 7,
    samples: { blob: fileBlob('samples/perturbation.json'), column: 'robust' },
  })
  const robustnessCurve = {
    kind: 'curve' as const,
    title: 'Accuracy under attack by size of the perturbation',
    x: { label: 'eps, linf, unit space' },
    y: { label: 'robust accuracy', unit: 'fraction' },
    series: [
      { label: 'PGD, 40 steps', points: curve([0.985, 0.91, 0.62, 0.24, 0.07, 0.045], 0.04) },
      { label: 'Square, 1,000 queries', points: curve([0.985, 0.95, 0.84, 0.58, 0.31, 0.19], 0.05) },
      { label: 'uniform noise', points: curve([0.985, 0.985, 0.98, 0.98, 0.975, 0.965], 0.02) },
    ],
  }
  const corruptions = [
    'gaussian-noise',
    'shot-noise',
    'motion-blur',
    'zoom-blur',
    'fog',
    'brightness',
    'contrast',
    'jpeg',
  ]
  const corruptionErrors = corruptions.flatMap((corruption, i) =>
    [1, 2, 3, 4, 5].map((severity) =>
      rate(
        'corruption-error',
        Math.round(200 * Math.min(0.96, 0.015 + (i % 4) * 0.045 * severity + 0.008 * severity ** 2)),
        200,
        {
          attack: 'ImageNet-C transforms',
          slice: { corruption, severity },
        },
      ),
    ),
  )

  const modes: ModeResult[] = [
    mode(
      1,
      'perturbation',
      'Perturbation attacks',
      [
        check('perturbation/pgd', 'Projected gradient descent inside a ball', 'finding', {
          variant: '1c',
          access: 'gradient',
          knowledge: ['algorithm'],
          reason:
            'The model keeps 4.5 % of its decisions when each pixel may move by 0.1; the threshold is 50 %.',
          measurements: [
            rate('clean-accuracy', 197, 200),
            { ...robust, attack: 'pgd', evidence: [robustnessCurve] },
            rate('attack-success-rate', 188, 197, { attack: 'pgd', slice: { eps: 0.1, norm: 'linf' } }),
          ],
          notCovered: ['Perturbations outside the linf ball', 'Inputs of other splits than test'],
          cost: { queries: 1_600, gradients: 40_000 },
          facts: { attacked: 197, eps: 0.1 },
        }),
        check('perturbation/square', 'Score-based random search', 'finding', {
          variant: '1c',
          access: 'score',
          reason: 'Without any knowledge of the model 81 % of the decisions can be changed.',
          measurements: [
            rate('robust-accuracy', 38, 200, { attack: 'square', slice: { eps: 0.1, norm: 'linf' } }),
            { ...plain('queries-to-success', 214.5, 'queries', 159, 'successful attacks'), attack: 'square' },
          ],
          notCovered: ['More than 1,000 queries a sample'],
          cost: { queries: 88_410, gradients: 0 },
        }),
        check('perturbation/decision', 'Decision-based attack (HopSkipJump)', 'inconclusive', {
          variant: '1c',
          access: 'label',
          reason:
            'The query budget ended before the distances settled; 31 of 50 samples were still shrinking.',
          measurements: [plain('median-l2', 1.873, 'l2', 50, 'attacked samples')],
          notCovered: ['Samples after the first 50'],
          cost: { queries: 250_000, gradients: 0 },
        }),
      ],
      [robust],
    ),
    mode(
      2,
      'poisoning',
      'Poisoning attacks',
      [
        check('poisoning/label-flip', 'Retraining with flipped labels', 'finding', {
          variant: '2b',
          access: 'training-data',
          reason: 'Ten percent of flipped labels cost 6.2 points of accuracy; the threshold is 5.',
          measurements: [
            ...[0, 0.05, 0.1, 0.2].map((fraction, i) =>
              rate('accuracy-after-poisoning', [1970, 1920, 1846, 1570][i] as number, 2000, {
                slice: { fraction },
              }),
            ),
            rate('accuracy-loss', 124, 2000),
          ],
          cost: { queries: 8_000, gradients: 240_000 },
        }),
      ],
      [rate('accuracy-loss', 124, 2000)],
    ),
    mode(
      3,
      'model-inversion',
      'Model Inversion',
      [
        check('model-inversion/gradient', 'Searching for the input a class stands for', 'finding', {
          access: 'gradient',
          reason: 'The search finds class averages that a second model recognises in 7 of 10 classes.',
          measurements: [rate('recognised-classes', 7, 10, { denominator: 'classes' })],
          cost: { queries: 2_000, gradients: 10_000 },
        }),
      ],
      [rate('recognised-classes', 7, 10, { denominator: 'classes' })],
    ),
    mode(
      4,
      'membership-inference',
      'Membership Inference attack',
      [
        check('membership-inference/lira', 'Likelihood ratio with shadow models', 'no-finding', {
          access: 'score',
          knowledge: ['algorithm'],
          reason:
            'At one false alarm in a hundred the attack finds 1.3 % of the members, hardly more than chance.',
          measurements: [
            {
              ...rate('tpr-at-fpr-0.01', 13, 1000, { attack: 'lira', denominator: 'members' }),
              interval: { low: 0.0076, high: 0.0221, confidence: 0.95, method: 'wilson' },
            },
            {
              ...plain('auc', 0.5231, 'fraction', 2000, 'members and non-members'),
              interval: { low: 0.4978, high: 0.5479, confidence: 0.95, method: 'bootstrap' },
            },
          ],
          detectable: {
            measurement: 'tpr-at-fpr-0.01',
            value: 0.0221,
            text: 'with 1,000 members a true-positive rate of 2.3 % would have been told apart from 1 %',
          },
          notCovered: [
            'Members of the validation split',
            'Attackers without shadow models of the same architecture',
          ],
          cost: { queries: 64_000, gradients: 1_200_000 },
        }),
      ],
      [rate('tpr-at-fpr-0.01', 13, 1000, { attack: 'lira', denominator: 'members' })],
    ),
    mode(
      5,
      'model-stealing',
      'Model stealing',
      [
        check('model-stealing/knockoff', 'Training a copy on the answers', 'finding', {
          access: 'score',
          reason: 'A copy trained on 5,000 answers agrees with the model on 91 % of the test samples.',
          measurements: [
            rate('agreement', 1820, 2000, { attack: 'knockoff' }),
            { ...plain('queries', 5000, 'queries', 5000, 'queries'), name: 'queries-spent' },
          ],
          cost: { queries: 7_000, gradients: 0 },
        }),
      ],
      [rate('agreement', 1820, 2000, { attack: 'knockoff' })],
    ),
    mode(
      6,
      'reprogramming',
      'Reprogramming deep neural nets',
      [
        check('reprogramming/border', 'A frame that makes the model count squares', 'error', {
          access: 'gradient',
          reason: 'step-failed: the gradient of node "Resize_4" is not implemented for mode "cubic".',
          cost: { queries: 0, gradients: 0 },
        }),
      ],
      [],
    ),
    mode(
      7,
      'physical-adversarial-example',
      'Adversarial Example in the Physical domain',
      [
        check('physical-adversarial-example/patch', 'A printable patch under changing view', 'finding', {
          access: 'gradient',
          knowledge: ['algorithm'],
          reason: 'A patch on 4 % of the picture turns 38 % of all views into one class.',
          measurements: [
            rate('patch-success-rate', 152, 400, { attack: 'eot-patch', denominator: 'simulated views' }),
          ],
          notCovered: ['A printed patch before a camera: this is a simulation of views, not a photograph'],
          cost: { queries: 400, gradients: 96_000 },
        }),
      ],
      [rate('patch-success-rate', 152, 400, { attack: 'eot-patch', denominator: 'simulated views' })],
    ),
    mode(
      8,
      'malicious-provider',
      'Malicious ML providers who can recover training data',
      [
        check('malicious-provider/memorised', 'Training data hidden in weights', 'manual', {
          access: 'weights',
          reason: 'Whether the provider could write into the training is a question about the contract.',
        }),
      ],
      [],
    ),
    mode(
      9,
      'supply-chain',
      'Attacking the ML Supply Chain',
      [
        check('supply-chain/lock', 'Files against the lock file', 'finding', {
          access: 'artifact',
          reason: 'model.onnx is not the file that was locked.',
          measurements: [{ ...plain('changed-files', 1, 'count', 3, 'locked files') }],
          cost: { queries: 0, gradients: 0 },
        }),
        check('supply-chain/pickle', 'What a pickle would run', 'no-finding', {
          access: 'artifact',
          reason: 'No file of the system is a pickle that imports anything outside numpy.',
          measurements: [{ ...plain('unsafe-imports', 0, 'count', 3, 'files') }],
          detectable: { measurement: 'unsafe-imports', value: 1, text: 'one import in any opcode stream' },
        }),
      ],
      [plain('changed-files', 1, 'count', 3, 'locked files')],
    ),
    mode(
      10,
      'backdoor',
      'Backdoor Machine Learning',
      [
        check('backdoor/trigger-search', 'Searching for a trigger', 'no-finding', {
          access: 'gradient',
          reason:
            'The smallest trigger of any class is as large as the others (anomaly index 1.2; the threshold is 2).',
          measurements: [plain('anomaly-index', 1.213, 'deviations', 10, 'classes')],
          detectable: {
            measurement: 'anomaly-index',
            value: 2,
            text: 'a trigger of up to 12 pixels for one class',
          },
          notCovered: ['Triggers that are not a patch', 'Triggers that depend on the input'],
          cost: { queries: 20_000, gradients: 300_000 },
        }),
      ],
      [plain('anomaly-index', 1.213, 'deviations', 10, 'classes')],
    ),
    mode(
      11,
      'software-dependencies',
      'Exploit software dependencies of ML system',
      [
        check('software-dependencies/advisories', 'Known advisories of the installed versions', 'skipped', {
          reason: 'The configuration names no dependency file (dependencies).',
        }),
      ],
      [],
    ),
    mode(
      12,
      'reward-hacking',
      'Reward Hacking',
      [
        check('reward-hacking/gridworld', 'Stated against true reward', 'not-applicable', {
          access: 'environment',
          reason: 'The system has no agent and no environment.',
        }),
      ],
      [],
    ),
    mode(
      13,
      'side-effects',
      'Side Effects',
      [
        check('side-effects/reachability', 'What can no longer be undone', 'not-applicable', {
          access: 'environment',
          reason: 'The system has no agent and no environment.',
        }),
      ],
      [],
    ),
    mode(
      14,
      'distributional-shift',
      'Distributional shifts',
      [
        check('distributional-shift/data', 'Test data against operating data', 'inconclusive', {
          access: 'score',
          reason:
            'Only 41 operating samples were given; the test needs 100 to tell a shift of 10 points from chance.',
          measurements: [rate('accuracy-drop', 4, 41)],
          notCovered: ['Operating conditions after June'],
        }),
      ],
      [rate('accuracy-drop', 4, 41)],
    ),
    mode(
      15,
      'natural-adversarial-examples',
      'Natural Adversarial Examples',
      [
        check('natural-adversarial-examples/hard-negatives', 'Hard samples among natural ones', 'finding', {
          access: 'score',
          reason: 'Among the 5 % of samples nearest to another class the model is wrong in 21 %.',
          measurements: [rate('hard-error', 21, 100, { denominator: 'hard samples' })],
        }),
      ],
      [rate('hard-error', 21, 100, { denominator: 'hard samples' })],
    ),
    mode(
      16,
      'common-corruption',
      'Common Corruption',
      [
        check('common-corruption/corruptions', 'Weather, noise, blur and digital damage', 'finding', {
          access: 'label',
          reason: 'The mean error over 8 corruptions and 5 severities is 30.1 %; the threshold is 20 %.',
          measurements: [
            {
              ...rate('mce', 482, 1600, { denominator: 'corrupted samples' }),
              interval: { low: 0.279, high: 0.324, confidence: 0.95, method: 'bootstrap' },
            },
            ...corruptionErrors,
          ],
          notCovered: ['Snow and frost: they need colour pictures'],
          cost: { queries: 8_000, gradients: 0 },
        }),
      ],
      [
        {
          ...rate('mce', 482, 1600, { denominator: 'corrupted samples' }),
          interval: { low: 0.279, high: 0.324, confidence: 0.95, method: 'bootstrap' },
        },
      ],
    ),
    mode(17, 'incomplete-testing', 'Incomplete Testing in Realistic conditions', [], []),
    mode(
      null,
      'example-plugin-mode',
      'A mode of a plugin',
      [
        check('example-plugin-mode/one', 'The check of a plugin', 'no-finding', {
          access: 'label',
          reason: 'Nothing was found.',
          measurements: [rate('plugin-rate', 0, 50)],
          detectable: { measurement: 'plugin-rate', value: 0.071, text: 'a rate of 7.1 %' },
        }),
      ],
      [rate('plugin-rate', 0, 50)],
    ),
  ]

  const findings: Finding[] = [
    finding('supply-chain', 'supply-chain/lock', 'critical', 'sdl', {
      title: 'model.onnx is not the file that was locked',
      description:
        'The digest of the model file differs from the one in the lock file. Every other result of this run is about the changed file.',
      rule: 'An artifact obtained from outside was altered: critical (row BB5).',
      evidence: [
        {
          kind: 'file',
          title: 'Digest',
          path: 'model.onnx',
          expected: 'a'.repeat(64),
          actual: '9372c470eeadd5ecd9c3c74c2b3cb633f8e2f2fad799250a0f70d652b6b825e4',
        },
        {
          kind: 'table',
          title: 'Nodes that changed',
          columns: ['node', 'locked', 'now', 'parameters'],
          rows: [
            ['Gemm_7', 'weight 128 × 10', 'weight 128 × 11', 1408],
            ['Softmax_8', 'axis 1', null, null],
          ],
        },
      ],
      measurements: ['changed-files'],
      mitigations: ['9-m1', '9-m2'],
    }),
    finding('perturbation', 'perturbation/pgd', 'important', 'sdl', {
      variant: '1c',
      title: 'Small changes to a picture change the decision',
      description:
        'With gradients in hand an attacker changes 95.5 % of the decisions by moving every pixel by at most 0.1 of its range. The changed pictures look the same to a person.',
      rule: 'Random misclassification without lasting damage: important (variant 1c).',
      open: [
        {
          fact: 'actsOnPhysicalWorld',
          question: 'Can a wrong decision act on the physical world?',
          effect: 'If it can, the rating rises to critical.',
        },
      ],
      evidence: [
        {
          kind: 'images',
          title: 'First sample that was fooled',
          caption: 'The difference is shown ten times as strong.',
          images: [
            frame('clean: 7 (99.8 %)', 'clean'),
            frame('adversarial: 2 (97.1 %)', 'adversarial'),
            frame('difference × 10', 'difference', false),
          ],
        },
        robustnessCurve,
      ],
      measurements: ['clean-accuracy', 'robust-accuracy', 'attack-success-rate'],
      mitigations: ['1b-m3', '1b-m5', 'unknown-mitigation'],
    }),
    finding('model-inversion', 'model-inversion/gradient', 'important', 'sdl', {
      title: 'Class averages can be read out of the model',
      description:
        'For 7 of 10 classes the search arrives at a picture that a second model takes for that class.',
      rule: 'What comes out is not personal data: important, not critical (row BB3).',
      evidence: [
        { kind: 'images', title: 'Reconstruction of class 0', images: [frame('class 0', 'inverted')] },
      ],
      measurements: ['recognised-classes'],
      waived: { reason: 'Public handwriting data', owner: 'Dana Reyes', until: '2027-06-30' },
    }),
    finding('physical-adversarial-example', 'physical-adversarial-example/patch', 'critical', 'sdl', {
      title: 'A printed patch would decide for the model',
      description: 'One patch works over simulated rotation, distance and light.',
      rule: 'A wrong decision acts on the physical world: critical (row BB4).',
      evidence: [],
      measurements: ['patch-success-rate'],
      baseline: { status: 'worse', reason: 'patch-success-rate moved by 0.2 on 100 samples, p = 0.0004' },
      mitigations: ['7-m1'],
    }),
    finding('model-stealing', 'model-stealing/knockoff', 'moderate', 'sdl', {
      title: 'A working copy costs 5,000 queries',
      description: 'The copy agrees with the model on 91 % of the test samples.',
      rule: 'The model is no security control: moderate.',
      evidence: [],
      measurements: ['agreement', 'queries-spent'],
      mitigations: ['5-m1', '5-m3'],
    }),
    finding('poisoning', 'poisoning/label-flip', 'low', 'sdl', {
      variant: '2b',
      title: 'Flipped labels cost accuracy',
      description: 'Nobody outside can write to the training data, so the harm stays small.',
      rule: 'Untargeted and only from inside: low.',
      evidence: [],
      measurements: ['accuracy-loss'],
    }),
    finding('common-corruption', 'common-corruption/corruptions', 'high', 'safety', {
      title: 'Blur and noise break the model long before they trouble a person',
      description: 'At severity 3 zoom blur already doubles the error; at 5 most corruptions leave little.',
      rule: 'The system is used where weather and cameras vary: high.',
      evidence: [{ kind: 'images', title: 'Fog at severity 3', images: [frame('fog, read as 4', 'fog')] }],
      measurements: ['mce', 'corruption-error'],
    }),
    finding(
      'natural-adversarial-examples',
      'natural-adversarial-examples/hard-negatives',
      'medium',
      'safety',
      {
        title: 'One in five hard samples is read wrongly',
        description: 'The errors are natural pictures; nobody changed them.',
        rule: 'Errors among hard samples stay below a quarter: medium.',
        evidence: [],
        measurements: ['hard-error'],
      },
    ),
    finding('natural-adversarial-examples', 'natural-adversarial-examples/hard-negatives', 'low', 'safety', {
      title: 'The confidence of wrong answers is high',
      description: 'Wrong answers are given with a mean confidence of 93 %.',
      rule: 'No decision rests on the confidence: low.',
      evidence: [],
      measurements: [],
    }),
  ]

  const run: RunDocument = {
    schemaVersion: 1,
    id: 'r-20261123-7f3a',
    tool: { name: 'failmode', version: '0.1.0', catalogue: '2026-11-23' },
    createdAt: '2026-11-23T14:02:31.000Z',
    seed: 7,
    budget: { name: 'standard', maxQueries: null },
    system: {
      name: 'Digit reader',
      task: 'image-classification',
      digest: sha256('system'),
      config: 'failmode.config.json',
      model: {
        kind: 'onnx',
        digest: sha256('model'),
        access: ['label', 'score', 'gradient', 'weights', 'artifact'],
        missingAccess: { training: 'the configuration has no training block' },
        sampleShape: [1, 28, 28],
        classes: 10,
        labels: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
        output: 'logits',
      },
      data: {
        test: { digest: sha256('test'), count: 2000, sampleShape: [1, 28, 28], labelled: true },
        operation: { digest: sha256('operation'), count: 41, sampleShape: [1, 28, 28], labelled: false },
      },
      artifacts: ['model.onnx', 'labels.json'],
      assets: { modelIsSecurityControl: false, dataSensitivity: 'public' },
      options: {
        perturbation: { norm: 'linf', eps: 0.1 },
        'common-corruption': { severities: [1, 2, 3, 4, 5] },
      },
      authorized: { by: 'Dana Reyes', scope: 'the staging endpoint', until: '2026-12-31' },
    },
    environment: {
      runtime: 'node 22.11.0',
      platform: 'linux x64',
      cpu: 'Example CPU @ 2.40 GHz',
      workers: 2,
      threadsPerWorker: 1,
      libraries: { 'onnxruntime-node': '1.23.0' },
    },
    complete: true,
    bugBar: 'sdl-aiml-2019',
    modes,
    findings,
    sanity: [
      {
        id: 'confirmed',
        check: 'perturbation/pgd',
        fired: false,
        meaning: 'Every adversarial point was asked again and stands.',
      },
      {
        id: 'transfer-beats-gradient',
        check: 'perturbation/pgd',
        fired: true,
        meaning:
          'On 3 samples the attack without gradients succeeded where the one with gradients failed: gradients may be masked.',
      },
    ],
    gate: {
      config: { failOn: 'important' },
      passed: false,
      incomplete: true,
      reasons: [
        'critical (bug bar): model.onnx is not the file that was locked',
        'critical (bug bar): A printed patch would decide for the model',
        'high (safety scale): Blur and noise break the model long before they trouble a person',
        'reprogramming was required but is error',
      ],
      failOn: 'critical',
      safety: 'high',
    },
    timing: { seconds: 412.7, steps: 318, reusedSteps: 12, checks: { 'perturbation/pgd': 61.25 } },
  }
  return { run, blobs }
}

/** What strangers may call things. */
export const hostileNames = {
  script: '<script>alert(1)</script>',
  image: '"><img src=x onerror=alert(2)>',
  cdata: 'ends ]]> here & there',
  pipes: 'a|b\\|c `tick` ``two`` *bold* [link](javascript:alert(3)) @octocat $x$',
  direction: 'abc\u202Egnp.exe\u2066',
  lines: 'first line\n\n# second line\r\n- third',
  control: 'bell\u0007 null\u0000 escape\u001b[31m lone \ud800 end',
  arabic: 'نموذج الأرقام',
  long: 'x'.repeat(400),
  csv: '=HYPERLINK("http://evil.example","click")',
  braces: '{0} {{1}}',
} as const

/** The example with hostile text in every place that is free text, one kind after the other. */
export function hostileRun(): Example {
  const { run, blobs } = exampleRun()
  const names = Object.values(hostileNames)
  let next = 0
  const hostile = (text: string) => `${text} ${names[next++ % names.length]}`
  const shout = (measurement: Measurement): Measurement => ({
    ...measurement,
    denominator: hostile(measurement.denominator),
    ...(measurement.attack === undefined ? {} : { attack: hostile(measurement.attack) }),
    ...(measurement.slice === undefined
      ? {}
      : { slice: { ...measurement.slice, [hostile('key')]: hostile('value') } }),
  })
  const all = names.join(' ')
  return {
    blobs,
    run: {
      ...run,
      system: {
        ...run.system,
        name: all,
        config: '/home/dana/secret project/failmode.config.json',
        model: run.system.model && {
          ...run.system.model,
          labels: [...names],
          missingAccess: { training: all },
        },
        artifacts: [...run.system.artifacts, `C:\\Users\\dana\\${hostileNames.script}`],
        assets: { [hostileNames.image]: hostileNames.script },
        options: { perturbation: { [hostileNames.script]: names } },
        authorized: { by: all, scope: all, until: all },
      },
      environment: { ...run.environment, cpu: all, libraries: { [hostileNames.script]: hostileNames.image } },
      modes: run.modes.map((mode) => ({
        ...mode,
        reason: hostile(mode.reason),
        measurements: mode.measurements.map(shout),
        checks: mode.checks.map((check) => ({
          ...check,
          title: hostile(check.title),
          reason: hostile(check.reason),
          notCovered: check.notCovered.map(hostile),
          measurements: check.measurements.map(shout),
        })),
      })),
      findings: run.findings.map((finding) => ({
        ...finding,
        id: hostile(finding.id),
        title: hostile(finding.title),
        description: hostile(finding.description),
        reproduce: `failmode run --config '/home/dana/secret project/failmode.config.json' --only ${hostile(finding.check)}`,
        rule: { ...finding.rule, text: hostile(finding.rule.text) },
        evidence: finding.evidence.map((evidence) => hostileEvidence(evidence, hostile)),
      })),
      sanity: run.sanity.map((entry) => ({ ...entry, meaning: hostile(entry.meaning) })),
      gate: run.gate && { ...run.gate, reasons: run.gate.reasons.map(hostile) },
    },
  }
}

function hostileEvidence(evidence: Evidence, hostile: (text: string) => string): Evidence {
  const title = hostile(evidence.title)
  switch (evidence.kind) {
    case 'images':
      return {
        ...evidence,
        title,
        images: evidence.images.map((image) => ({ ...image, label: hostile(image.label) })),
      }
    case 'table':
      return {
        ...evidence,
        title,
        columns: evidence.columns.map(hostile),
        rows: [...evidence.rows, Object.values(hostileNames).slice(0, evidence.columns.length)],
      }
    case 'curve':
      return {
        ...evidence,
        title,
        x: { label: hostile('x') },
        series: evidence.series.map((series) => ({ ...series, label: hostile(series.label) })),
      }
    case 'file':
      return { ...evidence, title, path: `/home/dana/${hostileNames.script}/../model.onnx` }
  }
}

function curve(values: readonly number[], half: number) {
  return values.map((y, i) => ({
    x: i * 0.02,
    y,
    low: Math.max(0, y - half),
    high: Math.min(1, y + half),
  }))
}

/** A proportion with its Wilson interval. */
function rate(name: string, hits: number, n: number, rest: Partial<Measurement> = {}): Measurement {
  const z = 1.959963984540054
  const p = hits / n
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n)
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  return {
    name,
    value: p,
    unit: 'fraction',
    interval: {
      low: Math.max(0, centre - half),
      high: Math.min(1, centre + half),
      confidence: 0.95,
      method: 'wilson',
    },
    n,
    denominator: 'samples',
    ...rest,
  }
}

function plain(name: string, value: number, unit: string, n: number, denominator: string): Measurement {
  return { name, value, unit, n, denominator }
}

function check(
  id: string,
  title: string,
  outcome: CheckResult['outcome'],
  rest: Partial<CheckResult> & { readonly reason: string },
): CheckResult {
  return {
    id,
    probe: id.split('/')[0] as string,
    title,
    variant: null,
    access: null,
    knowledge: [],
    outcome,
    notCovered: [],
    detectable: null,
    measurements: [],
    cost: { queries: 0, gradients: 0 },
    facts: {},
    ...rest,
  }
}

function mode(
  number: number | null,
  slug: string,
  name: string,
  checks: CheckResult[],
  measurements: Measurement[],
): ModeResult {
  const outcome = combineOutcomes(checks.map((one) => one.outcome))
  const deciding = checks.filter((one) => one.outcome === outcome).map((one) => one.reason)
  const reason = checks.length === 0 ? 'no probe in this version' : deciding.join(' ')
  return {
    id: number === null ? slug : String(number),
    number,
    slug,
    name,
    outcome,
    reason,
    checks,
    measurements,
  }
}

function finding(
  slug: string,
  checkId: string,
  severity: Finding['severity'],
  scale: Finding['scale'],
  parts: Pick<Finding, 'title' | 'description' | 'evidence' | 'measurements'> & {
    readonly rule: string
    readonly open?: Finding['rule']['open']
    readonly variant?: string
    readonly mitigations?: string[]
    readonly waived?: Finding['waived']
    readonly baseline?: Finding['baseline']
  },
): Finding {
  const fingerprint = sha256(`${slug} ${checkId} ${parts.title}`)
  return {
    id: `${slug}-${fingerprint.slice(0, 8)}`,
    fingerprint,
    title: parts.title,
    mode: slug,
    variant: parts.variant ?? null,
    check: checkId,
    severity,
    scale,
    rule: {
      id: `${slug}-${severity}`,
      bar: scale === 'sdl' ? 'sdl-aiml-2019' : 'failmode-safety',
      text: parts.rule,
      open: parts.open ?? [],
    },
    description: parts.description,
    evidence: parts.evidence,
    measurements: parts.measurements,
    reproduce: `failmode run --config failmode.config.json --only ${checkId} --seed 7`,
    mitigations: parts.mitigations ?? [],
    waived: parts.waived ?? null,
    ...(parts.baseline === undefined ? {} : { baseline: parts.baseline }),
  }
}

function fileBlob(path: string): Blob {
  return { path, sha256: sha256(path), bytes: 4096, mediaType: 'application/json' }
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}
