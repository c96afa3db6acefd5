// Citations of papers. `verified` is given only where the paper is one that the bibliography of the taxonomy cites and was
// checked there; `secondary` where its number was seen in other work on the method; `memory` otherwise.
import type { Provenance, Source } from '../schema.ts'

export const arxiv = (id: string, citation: string, provenance: Provenance = 'secondary'): Source => ({
  citation: `${citation} arXiv:${id}`,
  url: `https://arxiv.org/abs/${id}`,
  provenance,
})

export const autoAttackPaper = arxiv(
  '2003.01690',
  'Croce and Hein. "Reliable evaluation of adversarial robustness with an ensemble of diverse parameter-free attacks." ICML 2020.',
)

export const safePicklePaper = arxiv(
  '2602.19818',
  'SafePickle: detection of malicious pickle model files. 2026.',
)

export const carliniWagnerAudioPaper = arxiv(
  '1801.01944',
  'Carlini and Wagner. "Audio adversarial examples: Targeted attacks on speech-to-text." 2018.',
  'verified',
)

export const corruptionsPaper = arxiv(
  '1903.12261',
  'Hendrycks and Dietterich. "Benchmarking neural network robustness to common corruptions and perturbations." ICLR 2019.',
  'verified',
)

export const rulesOfTheGamePaper = arxiv(
  '1807.06732',
  'Gilmer et al. "Motivating the rules of the game for adversarial example research." 2018.',
  'verified',
)

export const stealingPaper = arxiv(
  '1609.02943',
  'Tramèr et al. "Stealing machine learning models via prediction APIs." USENIX Security 2016.',
  'verified',
)

export const rememberTooMuchPaper = arxiv(
  '1709.07886',
  'Song, Ristenpart and Shmatikov. "Machine learning models that remember too much." 2017.',
)

export const badNetsPaper = arxiv(
  '1708.06733',
  'Gu, Dolan-Gavitt and Garg. "BadNets: Identifying vulnerabilities in the machine learning model supply chain." 2017.',
  'verified',
)

export const failingLoudlyPaper = arxiv(
  '1810.11953',
  'Rabanser, Günnemann and Lipton. "Failing loudly: An empirical study of methods for detecting dataset shift." 2018.',
  'memory',
)
