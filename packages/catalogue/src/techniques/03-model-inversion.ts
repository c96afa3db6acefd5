import type { TechniqueInput } from '../schema.ts'
import { arxiv } from './paper.ts'

const attack = { kind: 'attack', modes: ['model-inversion'] } as const

const confidencePaper = {
  citation:
    'Fredrikson, Jha and Ristenpart. "Model inversion attacks that exploit confidence information and basic countermeasures." CCS 2015.',
  url: 'https://doi.org/10.1145/2810103.2813677',
  provenance: 'verified',
} as const

export const modelInversion: readonly TechniqueInput[] = [
  {
    ...attack,
    id: 'mi-face',
    name: 'MI-FACE',
    aliases: ['MI-Face', 'MIFace'],
    access: 'gradient',
    goal: 'A picture of what a model has learned of one class, such as one person.',
    say: {
      engineer:
        'Gradient descent on the input until the confidence in the wanted class is high, with a step that smooths the picture now and then. With scores alone the gradient is estimated, at many more queries. Judge the result by a second model trained on other pictures and by its distance to training images.',
      responder:
        'With the model at hand it leaves no trace. Through an interface, look for long series of artificial inputs that climb towards one class.',
      policy:
        'From a name and the system, a likeness of the person is drawn. That can make the model itself a store of personal data.',
    },
    limits:
      'Deep networks often give only blurred averages this way; that does not mean that their training data are safe from other attacks.',
    source: confidencePaper,
  },
  {
    ...attack,
    id: 'attribute-inference',
    name: 'attribute inference',
    access: 'label',
    goal: 'A secret field of a person whose other fields and outcome are known.',
    say: {
      engineer:
        'Tries each value of the hidden field and takes the one that best explains the answer of the model, weighted by how common it is. It costs a query a value and person. The finding is the gain over a guess made from the other fields without the model.',
      responder:
        'Look for groups of queries that differ in one field only. Report the gain over the baseline; the bare accuracy mostly restates what was known before.',
      policy:
        'The system is used to fill in what a person has kept to herself, such as a trait in a medical record. The harm is to people who never used the system, if others like them were in its data.',
    },
    limits: 'No gain over the baseline on average can hide a gain for some groups; look at slices.',
    source: confidencePaper,
  },
  {
    ...attack,
    id: 'gmi',
    name: 'generative model inversion',
    aliases: ['GMI', 'GAN inversion attack'],
    access: 'gradient',
    goal: 'Realistic pictures of a class that the model was trained on.',
    say: {
      engineer:
        'Searches the latent space of a generator trained on public pictures of the same kind for images that the model assigns to the wanted class. It costs a generator and some thousand gradients a class.',
      responder:
        'All of it happens offline. Compare what came out with training pictures and with the generator alone, since a generator draws plausible faces by itself.',
      policy:
        'With public pictures as a guide, the likeness becomes good enough to recognise a person. Whether a model is anonymous can then no longer be answered by saying that it holds only numbers.',
    },
    limits:
      'It needs public data that resemble the private ones; failure may only mean that the generator was unfit.',
    source: arxiv(
      '1911.07135',
      'Zhang et al. "The secret revealer: Generative model-inversion attacks against deep neural networks." CVPR 2020.',
      'memory',
    ),
  },
]
