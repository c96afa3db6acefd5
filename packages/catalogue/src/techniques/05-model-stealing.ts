import type { TechniqueInput } from '../schema.ts'
import { arxiv, stealingPaper } from './paper.ts'

const attack = { kind: 'attack', modes: ['model-stealing'] } as const

export const modelStealing: readonly TechniqueInput[] = [
  {
    ...attack,
    id: 'equation-solving',
    name: 'equation solving',
    access: 'score',
    goal: 'The exact parameters of a linear or shallow model.',
    say: {
      engineer:
        'Takes each probability that the interface returns as an equation in the weights. A logistic model needs one query more than it has features; softmax models and small networks are fitted to about as many answers as they have parameters.',
      responder:
        'As many queries as the model has parameters, on random inputs, within minutes, are its mark. What was taken is the model itself and not an imitation.',
      policy:
        'A paying customer computes the trade secret from the answers, for the price of some hundred requests. The requests themselves are permitted ones, so that only the contract can forbid it.',
    },
    limits: 'Rounded answers or a deep model stop it; a copy by retraining may still succeed.',
    source: stealingPaper,
  },
  {
    ...attack,
    id: 'tree-path-finding',
    name: 'path finding',
    aliases: ['tree path finding'],
    access: 'score',
    goal: 'The exact rules of a decision tree.',
    say: {
      engineer:
        'Changes one feature at a time and bisects where the leaf changes, which the confidence gives away when it differs from leaf to leaf. The published case took 1,150 queries for a tree of credit decisions.',
      responder:
        'Series of queries that differ in one feature and close in on a threshold are plain to see. The thresholds found this way are the rules of the business.',
      policy:
        'The rules by which people are judged are read off from the outside. That concerns the owner of the secret, and also those who want to game the rules.',
    },
    limits:
      'Leaves that cannot be told apart by their answers make it fail; that is no protection against retraining.',
    source: stealingPaper,
  },
  {
    ...attack,
    id: 'lowd-meek',
    name: 'Lowd–Meek attack',
    aliases: ['Lowd-Meek', 'line search on linear classifiers', 'ACRE'],
    access: 'label',
    goal: 'The direction of the border of a linear classifier, from labels alone.',
    say: {
      engineer:
        'Finds one change of class by bisection, then bisects along every feature in turn. It costs a few dozen queries a feature.',
      responder:
        'Bisection along one feature after another, in order, is a pattern that monitoring can catch. Success shows how many queries a limit must stay below.',
      policy:
        'Even a bare yes or no is enough to reconstruct a simple rule. It was shown for spam filters long before neural networks were common.',
    },
    limits: 'It holds for linear models only.',
    source: {
      citation: 'Lowd and Meek. "Adversarial learning." KDD 2005.',
      url: 'https://doi.org/10.1145/1081870.1081950',
      provenance: 'memory',
    },
  },
  {
    ...attack,
    id: 'adaptive-retraining',
    name: 'adaptive retraining',
    access: 'label',
    goal: 'A copy that agrees with the model on almost all inputs.',
    say: {
      engineer:
        'Trains a copy in rounds, and spends most queries of a round where the copy is least sure. It works without scores and for any model, at more queries than exact methods.',
      responder:
        'The queries move towards borders between classes over time. Agreement on random inputs tells a real copy from one that only handles common cases.',
      policy:
        'An imitation that gives the same answers is made by asking cleverly chosen questions. Whether that infringes a right of the owner is an open question in many places.',
    },
    limits: 'Agreement depends on the number of queries; a low one at a small budget is no protection.',
    source: stealingPaper,
  },
  {
    ...attack,
    id: 'knockoff',
    name: 'Knockoff Nets',
    aliases: ['knockoff nets', 'KnockoffNets'],
    access: 'score',
    goal: 'A copy of a network with nothing but public pictures.',
    say: {
      engineer:
        'Sends pictures of any origin, records the scores and trains a network on them, chosen at random or by a bandit that prefers fruitful kinds. Some tens of thousands of queries give a useful copy.',
      responder:
        'Large volumes of pictures that have nothing to do with the purpose of the service are the sign. A copy serves to prepare attacks that then arrive at the first query.',
      policy:
        'The competitor needs neither the data nor the expertise, only access and a bill for requests. What took years to build is imitated in days.',
    },
    limits: 'Labels alone, or pictures too far from the task, make a poor copy within the budget tested.',
    source: arxiv(
      '1812.02766',
      'Orekondy, Schiele and Fritz. "Knockoff Nets: Stealing functionality of black-box models." CVPR 2019.',
    ),
  },
  {
    ...attack,
    id: 'copycat',
    name: 'Copycat CNN',
    aliases: ['copycat', 'CopycatCNN'],
    access: 'label',
    goal: 'A copy of a network from labels of unrelated pictures.',
    say: {
      engineer:
        'As Knockoff Nets, with the predicted class alone as training label. It needs more queries for the same agreement.',
      responder:
        'The traffic looks like that of Knockoff Nets. It shows that leaving out the scores slows a thief down and does not stop one.',
      policy:
        'A service that gives nothing but its decision can be imitated all the same. Limits on use and contracts then matter more than hiding the scores.',
    },
    limits: 'At a small budget failure says little.',
    source: arxiv(
      '1806.05476',
      'Correia-Silva et al. "Copycat CNN: Stealing knowledge by persuading confession with random non-labeled data." IJCNN 2018.',
    ),
  },
  {
    ...attack,
    id: 'functionally-equivalent-extraction',
    name: 'functionally equivalent extraction',
    aliases: ['FEE', 'FunctionallyEquivalentExtraction'],
    access: 'score',
    goal: 'The weights of a network with one hidden ReLU layer.',
    say: {
      engineer:
        'Searches lines through the input space for kinks, at which one neuron switches, and reads its weights from differences there; the last layer follows by least squares. It needs exact scores in double precision.',
      responder:
        'Queries in tight groups along straight lines. The result is the same function and not an approximation.',
      policy:
        'For small networks the secret can be computed, not just imitated. Secrecy of the model should then not be what its safety rests on.',
    },
    limits: 'Outputs in single precision or rounded break it; that says nothing of imitation by training.',
    source: arxiv(
      '1909.01838',
      'Jagielski et al. "High accuracy and high fidelity extraction of neural networks." USENIX Security 2020.',
    ),
  },
  {
    id: 'logit-rank',
    name: 'logit-rank test',
    aliases: ['logit rank', 'hidden width test'],
    kind: 'test',
    modes: ['model-stealing'],
    access: 'score',
    goal: 'The width of the last hidden layer.',
    say: {
      engineer:
        'Collects more score vectors than the layer could have neurons; the number of large singular values is its width. One batch of queries is enough where there are more classes than neurons.',
      responder:
        'One harmless-looking batch. It proves that the answers leak the architecture, which the owner may have meant to keep.',
      policy:
        'Facts about the inner build of a closed system can be read from its answers. It is harmless alone, and a first step to more.',
    },
    limits: 'With fewer classes than neurons, or only the top answers, nothing can be seen.',
    source: arxiv('2403.06634', 'Carlini et al. "Stealing part of a production language model." ICML 2024.'),
  },
]
