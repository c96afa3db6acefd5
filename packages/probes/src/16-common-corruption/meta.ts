import type { CheckMeta, ProbeMeta } from '@failmode/core'

export const meta: ProbeMeta = {
  mode: 'common-corruption',
  title: 'Common corruption',
  summary:
    'Adds noise, blur, light, pixel and compression damage to images in five published strengths and counts how often the model is still right.',
  tags: ['safety', 'robustness', 'image'],
  headline: ['mce', 'clean-accuracy', 'relative-accuracy-drop', 'worst-corruption-accuracy'],
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
  ],
}
