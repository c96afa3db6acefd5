import type { TechniqueInput } from '../schema.ts'
import { arxiv } from './paper.ts'

const attack = { kind: 'attack', modes: ['poisoning'] } as const

const regressionPaper = arxiv(
  '1804.00308',
  'Jagielski et al. "Manipulating machine learning: Poisoning attacks and countermeasures for regression learning." 2018.',
  'verified',
)

export const poisoning: readonly TechniqueInput[] = [
  {
    ...attack,
    id: 'label-flipping',
    name: 'label flipping',
    aliases: ['label flip', 'label-flip'],
    access: 'training-data',
    goal: 'A worse model, or errors between two chosen classes, from wrong labels.',
    say: {
      engineer:
        'Gives a share of the training examples wrong labels: at random, those the model is surest of, or one class for another. It costs nothing but retraining. Compare with clean retrains over several seeds, since retraining alone varies.',
      responder:
        'Compare labels with those of an earlier copy of the data and with the vote of neighbours. It proves how many wrong labels the training tolerates, and so what a careless or bribed labeller can do.',
      policy:
        'Whoever labels the examples shapes the judgement. This measures how much harm a given share of false labels does.',
    },
    limits: 'That random flips do little is expected; chosen ones do more, and so do attacks on the inputs.',
    source: {
      citation:
        'Biggio, Nelson and Laskov. "Support vector machines under adversarial label noise." ACML 2011.',
      url: 'https://proceedings.mlr.press/v20/biggio11.html',
      provenance: 'memory',
    },
  },
  {
    ...attack,
    id: 'optp',
    name: 'OptP',
    aliases: ['optimised regression poisoning'],
    access: 'training',
    goal: 'As large an error of a regression as a share of poisoned rows can cause.',
    say: {
      engineer:
        'Moves poisoned rows and their answers along the gradient of the loss of the trained model, which for linear models follows from the conditions of its optimum. It needs the training data and the kind of learner, and a fit for every step of the search.',
      responder:
        'Poisoned rows have extreme answers at plausible inputs; rank rows by how much leaving them out changes the fit. The figure to quote is how far predictions for the typical case moved.',
      policy:
        'A few well-chosen records among thousands shift the results for everybody, in the published case the dose of a drug. Who may add records, and who checks them, is a question of safety.',
    },
    limits:
      'It assumes that the attacker knows the learner and the data; where not, StatP is the fairer test.',
    source: regressionPaper,
  },
  {
    ...attack,
    id: 'statp',
    name: 'StatP',
    aliases: ['statistical poisoning'],
    access: 'label',
    goal: 'A worse regression, with no more knowledge than means and spreads.',
    say: {
      engineer:
        'Draws inputs from a normal distribution with the mean and covariance of the data, rounds them to corners, asks the model and answers with the opposite extreme. It costs a query a row and one retraining.',
      responder:
        'The rows lie at corners of the value ranges and contradict the model. Such batches from one source are reason to quarantine it.',
      policy:
        'An outsider with only summary figures, such as those an agency publishes, can already do harm. It shows what openness about data costs, and that it can be defended.',
    },
    limits: 'It is weaker than OptP; its failure says nothing about an attacker who knows the data.',
    source: regressionPaper,
  },
  {
    ...attack,
    id: 'feature-collision',
    name: 'feature collision',
    aliases: ['poison frogs'],
    access: 'weights',
    goal: 'One chosen input misclassified after training on harmless-looking pictures with right labels.',
    say: {
      engineer:
        'Searches for a picture that looks like one class and whose features lie on those of the target input, by gradient steps on features and a pull back to the picture. It works on transfer learning, where the features stay as they are.',
      responder:
        'Labels are right, so a review of labels finds nothing. Look at nearest neighbours in feature space of the input that was misjudged.',
      policy:
        'Every single training example passes inspection, and yet together they plant one particular error. Inspection of examples one by one cannot be the only safeguard.',
    },
    limits:
      'When the whole network is retrained its features move and the attack mostly fails; that is no defence against others.',
    source: arxiv(
      '1804.00792',
      'Shafahi et al. "Poison frogs! Targeted clean-label poisoning attacks on neural networks." NeurIPS 2018.',
    ),
  },
  {
    ...attack,
    id: 'gradient-matching',
    name: 'gradient matching',
    aliases: ["Witches' Brew", 'witches brew'],
    access: 'training-data',
    goal: 'One chosen input misclassified after training from scratch.',
    say: {
      engineer:
        'Changes a small share of the training pictures within a small ball so that their gradients point the way that would teach the wanted error. It needs second-order gradients of a stand-in network and is tested over several retrains.',
      responder:
        'Nothing is visible in labels or pictures. Provenance of data is the lead: who could add or replace about one example in a hundred?',
      policy:
        'Public data can be prepared so that whoever trains on it learns one chosen mistake. Whoever relies on data from the open web should know this before answering for the result.',
    },
    limits: 'Success varies from one retraining to the next; a single failed retraining proves nothing.',
    source: arxiv(
      '2009.02276',
      'Geiping et al. "Witches\' Brew: Industrial scale data poisoning via gradient matching." ICLR 2021.',
    ),
  },
  {
    id: 'trim',
    name: 'TRIM',
    aliases: ['trimmed regression'],
    kind: 'test',
    modes: ['poisoning'],
    access: 'training-data',
    goal: 'To fit a regression without the rows that look poisoned, and so to find them.',
    say: {
      engineer:
        'Fits, keeps the rows with the smallest residuals, and repeats until the choice is stable. It needs an assumed number of clean rows and costs a few dozen fits.',
      responder: 'The rows it leaves out are where to look first. Keep them: they are evidence.',
      policy:
        'A way to limit the damage of false records without knowing which they are. It trades some accuracy for safety.',
    },
    limits: 'Poison that fits the trend has small residuals and is kept; real but rare cases are thrown out.',
    source: regressionPaper,
  },
]
