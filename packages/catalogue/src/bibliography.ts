// The bibliography of the taxonomy, entries 1 to 26, corrected. The source prints local numbers in its tables: in the
// intentional table a printed n means entry n + 6, in the unintentional one n + 21, and three places already carry
// entry numbers. Entry 18 is missing there; ours is a reconstruction and says so.
import type { Reference } from './schema.ts'

type Row = readonly [citation: string, url: string | null, usedIn: string]

const arxiv = (id: string) => `https://arxiv.org/abs/${id}`

const rows: readonly Row[] = [
  [
    'Li, Guofu, et al. "Security Matters: A Survey on Adversarial Machine Learning." arXiv:1810.07339 (2018)',
    arxiv('1810.07339'),
    'introduction, taxonomies of intentional failures',
  ],
  [
    'Chakraborty, Anirban, et al. "Adversarial attacks and defences: A survey." arXiv:1810.00069 (2018)',
    arxiv('1810.00069'),
    'introduction, taxonomies of intentional failures',
  ],
  [
    'Ortega, Pedro, and Vishal Maini. "Building safe artificial intelligence: specification, robustness, and assurance." DeepMind Safety Research Blog (2018)',
    null,
    'introduction, taxonomies of unintentional failures',
  ],
  [
    'Amodei, Dario, et al. "Concrete problems in AI safety." arXiv:1606.06565 (2016)',
    arxiv('1606.06565'),
    'introduction, taxonomies of unintentional failures',
  ],
  [
    'Shankar Siva Kumar, Ram, et al. "Law and Adversarial Machine Learning." arXiv:1810.10731 (2018)',
    arxiv('1810.10731'),
    'how lawyers and policy makers should use the taxonomy',
  ],
  [
    'Calo, Ryan, et al. "Is Tricking a Robot Hacking?" University of Washington School of Law Research Paper 2018-05 (2018)',
    null,
    'how lawyers and policy makers should use the taxonomy',
  ],
  [
    'Paschali, Magdalini, et al. "Generalizability vs. Robustness: Adversarial Examples for Medical Imaging." arXiv:1804.00504 (2018)',
    arxiv('1804.00504'),
    'mode 1, image',
  ],
  [
    'Ebrahimi, Javid, Daniel Lowd, and Dejing Dou. "On Adversarial Examples for Character-Level Neural Machine Translation." arXiv:1806.09030 (2018)',
    arxiv('1806.09030'),
    'mode 1, text',
  ],
  [
    'Carlini, Nicholas, and David Wagner. "Audio adversarial examples: Targeted attacks on speech-to-text." arXiv:1801.01944 (2018)',
    arxiv('1801.01944'),
    'mode 1, speech',
  ],
  [
    'Jagielski, Matthew, et al. "Manipulating machine learning: Poisoning attacks and countermeasures for regression learning." arXiv:1804.00308 (2018)',
    arxiv('1804.00308'),
    'mode 2, dose of warfarin',
  ],
  [
    '"Learning from Tay\'s introduction." Official Microsoft Blog, 2016-03-25',
    'https://blogs.microsoft.com/blog/2016/03/25/learning-tays-introduction',
    'mode 2, Tay',
  ],
  [
    'Fredrikson M, Jha S, Ristenpart T. "Model inversion attacks that exploit confidence information and basic countermeasures" (2015)',
    null,
    'mode 3',
  ],
  [
    'Shokri R, Stronati M, Song C, Shmatikov V. "Membership inference attacks against machine learning models." Proc. of the 2017 IEEE Symp. on Security and Privacy (SP), San Jose, CA, 22–24 May 2017, pp. 3–18. New York, NY: IEEE',
    null,
    'mode 4',
  ],
  [
    'Tramèr, Florian, et al. "Stealing Machine Learning Models via Prediction APIs." USENIX Security Symposium (2016)',
    null,
    'mode 5',
  ],
  [
    'Elsayed, Gamaleldin F., Ian Goodfellow, and Jascha Sohl-Dickstein. "Adversarial Reprogramming of Neural Networks." arXiv:1806.11146 (2018)',
    arxiv('1806.11146'),
    'mode 6',
  ],
  [
    'Athalye, Anish, and Ilya Sutskever. "Synthesizing robust adversarial examples." arXiv:1707.07397 (2017)',
    arxiv('1707.07397'),
    'mode 7, turtle and rifle',
  ],
  [
    'Sharif, Mahmood, et al. "Adversarial Generative Nets: Neural Network Attacks on State-of-the-Art Face Recognition." arXiv:1801.00349 (2017)',
    arxiv('1801.00349'),
    'mode 7, glasses',
  ],
  [
    'Song, Congzheng, Thomas Ristenpart, and Vitaly Shmatikov. "Machine Learning Models that Remember Too Much." arXiv:1709.07886 (2017)',
    arxiv('1709.07886'),
    'mode 8',
  ],
  [
    'Xiao, Qixue, et al. "Security Risks in Deep Learning Implementations." arXiv:1711.11008 (2017)',
    arxiv('1711.11008'),
    'mode 9, title; in our reading mode 11',
  ],
  [
    'Gu, Tianyu, Brendan Dolan-Gavitt, and Siddharth Garg. "Badnets: Identifying vulnerabilities in the machine learning model supply chain." arXiv:1708.06733 (2017)',
    arxiv('1708.06733'),
    'mode 9, scenario; mode 10, street signs',
  ],
  [
    'Wired, on machine-learning backdoors (the source prints the address only)',
    'https://www.wired.com/story/machine-learning-backdoors',
    'mode 10, text and accent',
  ],
  [
    'Published spreadsheet of specification-gaming examples in AI (the source prints the address only)',
    'https://docs.google.com/spreadsheets/d/e/2PACX-1vRPiprOaC3HsCf5Tuum8bRfzYUiKLRqJmbOoC-32JorNdfyTiRRsR7Ea5eWtvsWzuxo8bjOxCG84dAg/pubhtml',
    'mode 12',
  ],
  [
    'Amodei, Dario, et al. "Concrete problems in AI safety." arXiv:1606.06565 (2016)',
    arxiv('1606.06565'),
    'mode 13',
  ],
  ['Leike, Jan, et al. "AI safety gridworlds." arXiv:1711.09883 (2017)', arxiv('1711.09883'), 'mode 14'],
  [
    'Gilmer, Justin, et al. "Motivating the rules of the game for adversarial example research." arXiv:1807.06732 (2018)',
    arxiv('1807.06732'),
    'modes 15 and 17',
  ],
  [
    'Hendrycks, Dan, and Thomas Dietterich. "Benchmarking neural network robustness to common corruptions and perturbations." arXiv:1903.12261 (2019)',
    arxiv('1903.12261'),
    'mode 16',
  ],
]

const notes: Readonly<Record<number, string>> = {
  4: 'The same paper as entry 23.',
  18: 'Missing in the source. This is the work that the scenario describes, as far as we can tell; it was not looked up.',
  23: 'The same paper as entry 4.',
}

export const bibliography: readonly Reference[] = rows.map(([citation, url, usedIn], i) => ({
  number: i + 1,
  citation,
  url,
  usedIn,
  provenance: i + 1 === 18 ? 'memory' : 'verified',
  note: notes[i + 1] ?? null,
}))
