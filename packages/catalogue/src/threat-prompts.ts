// The questions of a threat-model review: 33 questions and 18 sub-questions under three considerations. The document links
// whole parts to threats; which modes a single question bears on is our reading, and it reaches beyond those links where
// a question plainly concerns an unintentional mode.
import type { Consideration, ThreatPrompt } from './schema.ts'

export const considerations: readonly Consideration[] = [
  {
    id: 'A',
    title: 'Trust boundaries move: assume that the training data and their provider are compromised',
    text: 'Be able to notice anomalous or malicious entries, to tell them from the rest, and to recover. Training stores and the machines that host them are in scope. Poisoning is called the greatest threat of its time, because standard ways of detection were lacking and uncurated public data are common. Where data come from decides how far to trust them.',
    exampleAttacks: [
      'Mail is misfiled, or malicious samples are missed',
      'Confidence is lowered where the consequence is high',
      'Random noise dulls the model',
      'Chosen points are misclassified so that an action happens or does not',
    ],
    modes: ['perturbation', 'poisoning'],
  },
  {
    id: 'B',
    title:
      'List the actions of the model, product or service that could harm customers, online or physically',
    text: 'Attacks can reach the physical world. Anything that can be bent to hurt people in mind or body is catastrophic, and so is leaking customer data through training or design.',
    exampleAttacks: [
      'Training data are rebuilt by queries that maximise confidence',
      'The model is duplicated by exhaustive query and response',
      'A private fact is shown to be in the training set',
      'A car is made to ignore signs or lights',
      'A bot is made to troll its users',
    ],
    modes: ['membership-inference', 'model-inversion', 'model-stealing'],
  },
  {
    id: 'C',
    title: 'List every dependency and every presentation layer in the supply chain of data and models',
    text: 'Many attacks start with legitimate access to an interface. Use by an authenticated third party that is yet unsuitable is a grey zone, because that party can put its own face on the service.',
    exampleAttacks: [
      'A provider plants a way around the model',
      'A customer exploits an open-source flaw through a crafted training upload',
      'A partner builds a front end for faked images on a face interface',
    ],
    modes: [
      'reprogramming',
      'physical-adversarial-example',
      'malicious-provider',
      'supply-chain',
      'backdoor',
      'software-dependencies',
    ],
  },
]

type Row = readonly [id: string, text: string, modes: readonly string[]]

const rows: readonly Row[] = [
  ['A1', 'How would you notice that your data had been poisoned or altered?', ['poisoning', 'backdoor']],
  [
    'A1.1',
    'Which telemetry shows a shift in the quality of the training data?',
    ['poisoning', 'distributional-shift'],
  ],
  ['A2', 'Do you train on what users supply?', ['poisoning']],
  ['A2.1', 'How is that content validated and sanitised?', ['poisoning', 'software-dependencies']],
  [
    'A2.2',
    'Is its structure documented, for example as a datasheet for data sets?',
    ['poisoning', 'incomplete-testing'],
  ],
  [
    'A3',
    'If training uses online stores, how is the connection between model and data protected?',
    ['poisoning', 'supply-chain'],
  ],
  ['A3.1', 'Can those stores tell their consumers about a compromise?', ['poisoning', 'supply-chain']],
  ['A3.2', 'Would they be capable of it at all?', ['poisoning', 'supply-chain']],
  [
    'A4',
    'How sensitive are the training data?',
    ['model-inversion', 'membership-inference', 'malicious-provider'],
  ],
  [
    'A4.1',
    'Are they catalogued, or are additions, changes and deletions controlled?',
    ['poisoning', 'backdoor', 'membership-inference'],
  ],
  [
    'A5',
    'Can the model emit sensitive data?',
    ['model-inversion', 'membership-inference', 'malicious-provider'],
  ],
  [
    'A5.1',
    'Was that data obtained with the permission of its source?',
    ['model-inversion', 'membership-inference'],
  ],
  [
    'A6',
    'Does the model output only what its purpose needs?',
    ['model-stealing', 'model-inversion', 'membership-inference'],
  ],
  [
    'A7',
    'Does it return raw confidences or other direct output that could be recorded and copied?',
    ['model-stealing', 'model-inversion', 'membership-inference', 'perturbation'],
  ],
  [
    'A8',
    'What follows if training data are recovered by attacking or inverting the model?',
    ['model-inversion', 'malicious-provider'],
  ],
  [
    'A9',
    'If confidence drops suddenly, can you find the reason and the data behind it?',
    ['perturbation', 'poisoning', 'distributional-shift', 'common-corruption'],
  ],
  [
    'A10',
    'Is a well-formed input defined, is the definition enforced, and what happens to input that fails it?',
    ['perturbation', 'reprogramming', 'software-dependencies', 'common-corruption'],
  ],
  [
    'A11',
    'If outputs are wrong but nothing reports an error, how would you learn of it?',
    ['perturbation', 'poisoning', 'natural-adversarial-examples', 'distributional-shift', 'reward-hacking'],
  ],
  [
    'A12',
    'Are the training algorithms known to resist adversarial input mathematically?',
    ['perturbation', 'poisoning'],
  ],
  ['A13', 'How do you recover when training data have been contaminated?', ['poisoning', 'backdoor']],
  ['A13.1', 'Can you isolate the bad content and retrain what it touched?', ['poisoning', 'backdoor']],
  ['A13.2', 'Can you go back to an earlier model and retrain from it?', ['poisoning', 'backdoor']],
  [
    'A14',
    'Do you use reinforcement learning on uncurated public content?',
    ['poisoning', 'reward-hacking', 'side-effects'],
  ],
  [
    'A15',
    'Could a data problem be traced to when it entered the set, and if not, does that matter?',
    ['poisoning', 'backdoor'],
  ],
  [
    'A16',
    'Do you know where training data come from and what their normal statistics are, so that anomalies stand out?',
    ['poisoning', 'distributional-shift', 'incomplete-testing'],
  ],
  ['A16.1', 'Which parts can outsiders influence?', ['poisoning']],
  ['A16.2', 'Who may contribute to the sets?', ['poisoning']],
  ['A16.3', 'How would you yourself attack those sources to hurt a competitor?', ['poisoning']],
  [
    'B1',
    'Do you train with adversarial examples, and what do they do to output in the physical world?',
    ['perturbation', 'physical-adversarial-example'],
  ],
  [
    'B2',
    'What does trolling look like here, and how is it detected and answered?',
    ['poisoning', 'reprogramming', 'perturbation'],
  ],
  [
    'B3',
    'What would make the model return a result that locks legitimate users out?',
    ['perturbation', 'poisoning', 'natural-adversarial-examples', 'common-corruption'],
  ],
  ['B4', 'What follows if the model is copied or stolen?', ['model-stealing']],
  [
    'B5',
    'Can the model reveal that a person belongs to a group, or to the training data?',
    ['membership-inference', 'model-inversion'],
  ],
  [
    'B6',
    'Could an attacker harm your reputation by forcing specific actions?',
    ['perturbation', 'poisoning', 'reprogramming', 'physical-adversarial-example'],
  ],
  ['B7', 'How do you handle data that are well-formed but openly biased, as from trolls?', ['poisoning']],
  [
    'B8',
    'For each way to query the model: can it be used to draw out training data or the function of the model?',
    ['model-inversion', 'membership-inference', 'model-stealing'],
  ],
  [
    'C1',
    'Which customers or partners are authenticated to reach the model or its interfaces?',
    ['reprogramming', 'model-stealing'],
  ],
  ['C1.1', 'Can they act as a presentation layer over it?', ['reprogramming']],
  ['C1.2', 'Can their access be revoked promptly?', ['reprogramming', 'model-stealing']],
  [
    'C1.3',
    'What is the recovery plan if the service or a dependency is misused?',
    ['reprogramming', 'supply-chain', 'software-dependencies'],
  ],
  [
    'C2',
    'Could a third party build a front over the model to repurpose it and harm you or your customers?',
    ['reprogramming'],
  ],
  [
    'C3',
    'Do customers hand you training data directly?',
    ['poisoning', 'malicious-provider', 'software-dependencies'],
  ],
  ['C3.1', 'How are those data secured?', ['malicious-provider', 'model-inversion']],
  ['C3.2', 'What if they are malicious and aimed at you?', ['poisoning', 'software-dependencies']],
  [
    'C4',
    'What does a false positive look like, and what does a false negative cost?',
    ['physical-adversarial-example', 'perturbation', 'natural-adversarial-examples', 'incomplete-testing'],
  ],
  [
    'C5',
    'Can you follow how true-positive and false-positive rates drift across several models?',
    ['distributional-shift', 'poisoning', 'backdoor'],
  ],
  [
    'C6',
    'Which telemetry would prove to customers that the output can be trusted?',
    ['backdoor', 'distributional-shift', 'incomplete-testing', 'reward-hacking', 'side-effects'],
  ],
  [
    'C7',
    'Which third parties are in the chain of models and training data, data providers included and not open source alone?',
    ['supply-chain', 'backdoor', 'malicious-provider', 'software-dependencies'],
  ],
  [
    'C7.1',
    'Why each of them, and how is it checked that they can be trusted?',
    ['supply-chain', 'backdoor', 'malicious-provider'],
  ],
  [
    'C8',
    'Do you use pre-built models of third parties, or send training data to outside services?',
    ['supply-chain', 'backdoor', 'malicious-provider'],
  ],
  [
    'C9',
    'Collect news of attacks on similar products; since threats carry over between kinds of models, what would those do to yours?',
    ['perturbation', 'physical-adversarial-example', 'supply-chain', 'incomplete-testing'],
  ],
]

export const threatPrompts: readonly ThreatPrompt[] = rows.map(([id, text, modes]) => ({
  id,
  consideration: id.charAt(0),
  parent: id.includes('.') ? id.slice(0, id.indexOf('.')) : null,
  text,
  modes,
  provenance: 'verified',
}))
