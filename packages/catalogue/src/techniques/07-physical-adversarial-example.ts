import type { TechniqueInput } from '../schema.ts'
import { arxiv } from './paper.ts'

const attack = { kind: 'attack', modes: ['physical-adversarial-example'] } as const

export const physicalAdversarialExample: readonly TechniqueInput[] = [
  {
    ...attack,
    id: 'eot',
    name: 'expectation over transformation',
    aliases: ['EOT', 'expectation-over-transformation'],
    access: 'gradient',
    goal: 'A pattern that keeps fooling the model from many views.',
    say: {
      engineer:
        'Climbs the mean loss over random views (scale, rotation, light, noise, place), so that the result works on average over them. It costs a gradient a view and step. Report success over views with an interval and not the best photograph.',
      responder:
        'The object itself is the evidence: keep it, and photograph it from several sides and in several lights. A simulated success is reported as simulated.',
      policy:
        'It is how a printed turtle came to be taken for a rifle. The deception survives distance, angle and light.',
    },
    limits:
      'Views that were not simulated, and printing, can undo it; failure on a screen is stronger evidence than success.',
    source: arxiv(
      '1707.07397',
      'Athalye et al. "Synthesizing robust adversarial examples." ICML 2018.',
      'verified',
    ),
  },
  {
    ...attack,
    id: 'adversarial-patch',
    name: 'adversarial patch',
    access: 'gradient',
    goal: 'A visible sticker that decides the class wherever it is put.',
    say: {
      engineer:
        'Trains one patch over random images, places, scales and rotations towards a class. Give success against the share of the picture that it covers.',
      responder:
        'It is in plain sight: look for a conspicuous pattern near the object. The same patch can be sold and reused, so compare incidents.',
      policy:
        'Anybody can print and carry it. It makes the machine ignore what it is pointed at and see what the sticker says.',
    },
    limits:
      'A patch trained on another model, or too small, may fail where one made for this model would not.',
    source: arxiv('1712.09665', 'Brown et al. "Adversarial patch." 2017.'),
  },
  {
    ...attack,
    id: 'rp2',
    name: 'RP2',
    aliases: ['robust physical perturbations', 'sticker attack'],
    access: 'gradient',
    goal: 'Stickers on a real object, such as a road sign, that change its class.',
    say: {
      engineer:
        'Optimises changes inside a mask over photographs and transformations, with a penalty for colours that cannot be printed. It was tested from moving cars.',
      responder:
        'Look for stickers or graffiti on the object, and secure it before it is cleaned. Frames from the whole approach matter more than a single one.',
      policy:
        'What looks like vandalism can be a calculated attack on a vehicle’s sight. The damage is bodily and not digital.',
    },
    limits: 'Camera, distance and weather decide; a failed test from one position proves nothing.',
    source: arxiv(
      '1707.08945',
      'Eykholt et al. "Robust physical-world attacks on deep learning visual classification." CVPR 2018.',
    ),
  },
  {
    ...attack,
    id: 'adversarial-eyeglasses',
    name: 'adversarial eyeglasses',
    aliases: ['AGN', 'adversarial generative nets', 'eyeglass attack'],
    access: 'gradient',
    goal: 'Glasses with which face recognition sees nobody, or somebody else.',
    say: {
      engineer:
        'Trains a generator of natural-looking frames that also raises the loss of the face network, for smooth and printable colours inside the mask of a pair of glasses. It costs the training of the generator for each victim model, and success is counted by identity.',
      responder:
        'Compare recordings with and without the glasses, and ask people who know the person. Recognition as one certain other person points to intent.',
      policy:
        'The same glasses can be a means of crime and a means to keep one’s privacy from cameras. Rules should tell the two apart.',
    },
    limits: 'Success depends on the identity; that one person failed does not protect another.',
    source: arxiv(
      '1801.00349',
      'Sharif et al. "Adversarial generative nets: Neural network attacks on state-of-the-art face recognition." 2017.',
      'verified',
    ),
  },
]
