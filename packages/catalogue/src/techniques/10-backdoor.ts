import type { TechniqueInput } from '../schema.ts'
import { arxiv, badNetsPaper } from './paper.ts'

const attack = { kind: 'attack', modes: ['backdoor'] } as const
const test = { kind: 'test', modes: ['backdoor'] } as const

export const backdoor: readonly TechniqueInput[] = [
  {
    ...attack,
    id: 'badnets',
    name: 'BadNets',
    access: 'training-data',
    goal: 'A model that is right except when it sees a trigger.',
    say: {
      engineer:
        'Stamps a small pattern on a share of the training pictures and labels them with the wanted class. Accuracy on clean data stays, and almost every stamped input goes to that class. Report success under the trigger together with clean accuracy.',
      responder:
        'Tests on clean data show nothing. If inputs that went wrong share a mark, keep them and look for it in the training data.',
      policy:
        'The supplier hands over a product that passes acceptance and obeys a secret sign. The usual test before payment does not protect the buyer.',
    },
    limits: 'As a planted test it shows whether a detector sees this kind of trigger, and not others.',
    source: badNetsPaper,
  },
  {
    ...attack,
    id: 'blended-trigger',
    name: 'blended trigger',
    aliases: ['blended', 'Blend attack'],
    access: 'training-data',
    goal: 'A backdoor whose trigger is a faint overlay of the whole picture.',
    say: {
      engineer:
        'Mixes a fixed picture at low strength into training examples and relabels them. Detectors that look for a small patch miss it.',
      responder:
        'The mark is spread over the whole input and hardly visible; averaging suspicious inputs can bring it out. A list of stickers to look for is not enough.',
      policy:
        'The secret sign need not be a sticker; it can be a haze over the picture that nobody notices. Inspection by eye is then no safeguard.',
    },
    limits: 'As a planted test it speaks of overlays only.',
    source: arxiv(
      '1712.05526',
      'Chen et al. "Targeted backdoor attacks on deep learning systems using data poisoning." 2017.',
      'memory',
    ),
  },
  {
    ...test,
    id: 'neural-cleanse',
    name: 'Neural Cleanse',
    aliases: ['trigger reconstruction', 'trigger-reconstruction', 'NC'],
    access: 'gradient',
    goal: 'The class to which a suspiciously small pattern sends everything.',
    say: {
      engineer:
        'For each class it searches the smallest mask and pattern that send clean inputs there; a class whose mask is far smaller than the median is suspect (anomaly index above 2). It costs thousands of gradients a class. Run several seeds: ten classes are a small sample, and clean models exceed 2 too.',
      responder:
        'The pattern it reconstructs is a lead: stamp it on clean inputs and see whether they turn. It need not look like the real trigger.',
      policy:
        'It asks how little it takes to turn everything into one answer. If that is strikingly little for a single answer, somebody may have arranged it.',
    },
    limits: 'Large, spread-out or input-dependent triggers escape it; a quiet result is no certificate.',
    source: {
      citation:
        'Wang et al. "Neural Cleanse: Identifying and mitigating backdoor attacks in neural networks." IEEE S&P 2019.',
      url: 'https://people.cs.uchicago.edu/~ravenben/publications/abstracts/backdoor-sp19.html',
      provenance: 'secondary',
    },
  },
  {
    ...test,
    id: 'strip',
    name: 'STRIP',
    access: 'score',
    goal: 'To recognise single inputs that carry a trigger.',
    say: {
      engineer:
        'Lays clean pictures over the input and looks at how uncertain the answers become: with a trigger they stay certain. It costs some dozens of queries an input and a threshold set on clean inputs.',
      responder:
        'It can run on inputs that were kept, one by one. An input whose answer nothing can shake is the one to look at.',
      policy:
        'A sign that overrides everything else gives itself away by doing just that. It allows a single disputed decision to be examined.',
    },
    limits: 'Triggers that depend on the input, or that break when pictures are mixed, escape it.',
    source: arxiv(
      '1902.06531',
      'Gao et al. "STRIP: A defence against trojan attacks on deep neural networks." ACSAC 2019.',
    ),
  },
  {
    ...test,
    id: 'mm-bd',
    name: 'MM-BD',
    aliases: ['maximum margin statistic', 'maximum margin backdoor detection'],
    access: 'gradient',
    goal: 'A backdoored class, without any data.',
    say: {
      engineer:
        'For each class it climbs the margin over all inputs from many random starts; a class whose largest margin is far above those of the others is suspect, with a p-value. It needs gradients and no data.',
      responder:
        'It works on the file alone, before anything is run in service. The class it names is where to search for a trigger.',
      policy:
        'A model from elsewhere can be examined without the supplier’s help and without any data. That gives a buyer a test which the seller cannot influence.',
    },
    limits: 'With few classes the test has little power, and several backdoored classes hide each other.',
    source: arxiv(
      '2205.06900',
      'Wang et al. "MM-BD: Post-training detection of backdoor attacks with arbitrary backdoor pattern types using a maximum margin statistic." IEEE S&P 2024.',
    ),
  },
  {
    ...test,
    id: 'activation-clustering',
    name: 'activation clustering',
    aliases: ['AC'],
    access: 'weights',
    goal: 'Poisoned examples among the training data.',
    say: {
      engineer:
        'Clusters the last hidden activations of each class in two after reducing them to some ten dimensions; a small, well separated cluster is suspect. It needs the training data and one pass.',
      responder:
        'The examples of the small cluster are the evidence: look at them together. A sub-kind with an innocent reason, such as another camera, looks alike; ask before accusing.',
      policy:
        'It checks whether what is filed under one name is really of one kind. It lets an owner audit data that others supplied.',
    },
    limits: 'Classes with natural sub-kinds raise false alarms, and poison that is spread thinly is missed.',
    source: arxiv(
      '1811.03728',
      'Chen et al. "Detecting backdoor attacks on deep neural networks by activation clustering." 2018.',
      'memory',
    ),
  },
  {
    ...test,
    id: 'spectral-signatures',
    name: 'spectral signatures',
    aliases: ['spectral signature'],
    access: 'weights',
    goal: 'Poisoned examples among the training data.',
    say: {
      engineer:
        'Scores each example of a class by its part along the first singular direction of the centred features; the highest are dropped. It needs the training data and an assumed share of poison.',
      responder: 'A ranked list: look at the top of each class. What is dropped is kept as evidence.',
      policy:
        'Manipulated examples leave a common trace even when each of them looks right. It is an aid to an audit and no verdict.',
    },
    limits: 'It always drops something, also from clean data; alone it proves no backdoor.',
    source: arxiv(
      '1811.00636',
      'Tran, Li and Madry. "Spectral signatures in backdoor attacks." NeurIPS 2018.',
      'memory',
    ),
  },
]
