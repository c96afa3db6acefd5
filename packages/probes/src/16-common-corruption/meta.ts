import type { CheckMeta, ProbeMeta } from '@failmode/core'

export const meta: ProbeMeta = {
  mode: 'common-corruption',
  title: 'Common corruption',
  summary:
    'Adds noise, blur, light, pixel and compression damage to images in five published strengths and counts how often the model is still right.',
  tags: ['safety', 'robustness', 'image'],
  headline: ['mce', 'clean-accuracy', 'relative-accuracy-drop', 'worst-corruption-accuracy', 'flip-rate'],
}

export const accuracyMeta: CheckMeta = {
  id: 'common-corruption/accuracy',
  title: 'Accuracy under common corruptions',
  variant: null,
  access: 'label',
  knowledge: [],
  proves: 'How much accuracy the model loses on images damaged as cameras, light and files damage them.',
  measurements: [
    'clean-accuracy',
    'majority-share',
    'corruption-accuracy',
    'corruption-accuracy-drop',
    'mce',
    'relative-mce',
    'relative-accuracy-drop',
    'worst-corruption-accuracy',
    'half-accuracy-severity',
    'mean-corruption-error',
  ],
}

export const flipsMeta: CheckMeta = {
  id: 'common-corruption/flips',
  title: 'Answers along slowly changing frames',
  variant: null,
  access: 'label',
  knowledge: [],
  proves: 'Whether the answer holds while the picture changes as little as between frames of a video.',
  measurements: ['flip-rate'],
}

export const calibrationMeta: CheckMeta = {
  id: 'common-corruption/calibration',
  title: 'Confidence under common corruptions',
  variant: null,
  access: 'score',
  knowledge: [],
  proves: 'Whether the model is as much less sure of damaged images as it is less right on them.',
  measurements: ['overconfidence', 'expected-calibration-error'],
}
