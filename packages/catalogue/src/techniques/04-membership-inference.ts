import type { TechniqueInput } from '../schema.ts'
import { arxiv } from './paper.ts'

const attack = { kind: 'attack', modes: ['membership-inference'] } as const
const member = 'To tell whether a record was in the training data.'

export const membershipInference: readonly TechniqueInput[] = [
  {
    ...attack,
    id: 'gap-attack',
    name: 'gap attack',
    aliases: ['correctness attack', 'rule-based membership attack'],
    access: 'label',
    goal: member,
    say: {
      engineer:
        'Calls a record a member when the model has it right. It costs one query; its advantage is the difference between training and test accuracy.',
      responder:
        'It needs no more than the published accuracies. If they differ much, assume that stronger attacks do better.',
      policy:
        'A system that remembers its examples better than it handles new ones gives away who was among them. No technical skill is needed to use it.',
    },
    limits: 'A small gap says little: stronger attacks expose single records of models without any gap.',
    source: arxiv(
      '1709.01604',
      'Yeom et al. "Privacy risk in machine learning: Analyzing the connection to overfitting." CSF 2018.',
      'memory',
    ),
  },
  {
    ...attack,
    id: 'loss-threshold',
    name: 'loss threshold attack',
    aliases: ['loss attack', 'threshold attack', 'LOSS', 'Yeom attack'],
    access: 'score',
    goal: member,
    say: {
      engineer:
        'Calls a record a member when its loss is below a threshold. It costs one query a record and is the baseline that every other attack has to beat.',
      responder:
        'One ordinary query a record, indistinguishable from use. Read its rate of right calls where false alarms are rare, and not its average.',
      policy:
        'The more certain the system is about a person, the likelier it has seen her before. Being in the data can itself be sensitive, as with a register of patients.',
    },
    limits:
      'It treats easy and hard records alike and so misses exactly the unusual people who are most at risk.',
    source: arxiv(
      '1709.01604',
      'Yeom et al. "Privacy risk in machine learning: Analyzing the connection to overfitting." CSF 2018.',
      'memory',
    ),
  },
  {
    ...attack,
    id: 'modified-entropy',
    name: 'modified entropy attack',
    aliases: ['Mentr'],
    access: 'score',
    goal: member,
    say: {
      engineer:
        'A measure of uncertainty that also knows the right class, with a threshold for each class. It costs one query a record and is stronger than the plain entropy.',
      responder:
        'As with all attacks by a single query there is nothing to notice. Use it to see which classes leak most.',
      policy:
        'It compares how sure the system is with how sure it should be. Groups with few examples often stand out.',
    },
    limits: 'Like every threshold on one number it understates the risk of single records.',
    source: arxiv(
      '2003.10595',
      'Song and Mittal. "Systematic evaluation of privacy risks of machine learning models." USENIX Security 2021.',
      'memory',
    ),
  },
  {
    ...attack,
    id: 'shadow-attack',
    name: 'shadow model attack',
    aliases: ['shadow attack', 'shadow models', 'Shokri attack'],
    access: 'score',
    goal: member,
    say: {
      engineer:
        'Trains models like the target on data of the same kind, records their answers to members and non-members, and trains a classifier on these. It costs the training of one to a hundred shadow models, and one query a record.',
      responder:
        'The work is done elsewhere. What it proves is that full score vectors tell members from others for a whole population.',
      policy:
        'Copies of the system are built to learn what its memory looks like, and then used to question the original about people. The people concerned cannot notice it.',
    },
    limits: 'Shadow data unlike the real ones make it fail; its averages hide single records at risk.',
    source: arxiv(
      '1610.05820',
      'Shokri et al. "Membership inference attacks against machine learning models." IEEE S&P 2017.',
      'verified',
    ),
  },
  {
    ...attack,
    id: 'lira',
    name: 'LiRA',
    aliases: ['likelihood-ratio attack', 'likelihood ratio attack'],
    access: 'score',
    goal: member,
    say: {
      engineer:
        'Trains many shadow models with and without each record and compares the score of the target, record by record, with the two distributions (online) or with the one without it (offline). It costs tens to hundreds of trainings, and a few queries a record.',
      responder:
        'It names records that can be exposed almost without error; these are the persons to think of first. The queries are few and ordinary.',
      policy:
        'It asks of each person singly whether the system would answer differently without her record. For some the answer is yes with near certainty, even where the average looks harmless.',
    },
    limits: 'With few shadows, or an architecture unlike the real one, its failure says little.',
    source: arxiv(
      '2112.03570',
      'Carlini et al. "Membership inference attacks from first principles." IEEE S&P 2022.',
    ),
  },
  {
    ...attack,
    id: 'rmia',
    name: 'RMIA',
    aliases: ['robust membership inference attack'],
    access: 'score',
    goal: member,
    say: {
      engineer:
        'Compares how much the target prefers a record over reference models, with how much it prefers random other records; the score is the share of others that it beats. One to four reference models are enough.',
      responder:
        'It makes strong tests cheap, so assume that an interested party can afford one. Report the rate of right calls at one false alarm in a hundred or a thousand.',
      policy:
        'What needed a laboratory is within reach of a single person with one computer. What was a threat from experts becomes one from anybody.',
    },
    limits:
      'It needs a population of the same kind as the training data; a shifted one gives wrong answers either way.',
    source: arxiv(
      '2312.03262',
      'Zarifzadeh, Liu and Shokri. "Low-cost high-power membership inference attacks." ICML 2024.',
    ),
  },
  {
    ...attack,
    id: 'label-only-membership',
    name: 'label-only membership inference',
    aliases: ['label-only MIA', 'boundary distance attack'],
    access: 'label',
    goal: member,
    say: {
      engineer:
        'Measures how far a record is from the border of its class, by HopSkipJump or by asking about shifted and rotated copies: members lie deeper inside. It costs tens to thousands of queries a record.',
      responder:
        'Look for many variations of one record. Success proves that withholding scores does not protect.',
      policy:
        'Even a bare yes or no, asked often enough in slightly different ways, reveals who was in the data. Telling users less helps less than one would expect.',
    },
    limits: 'Few queries give a coarse distance; failure then speaks of the budget.',
    source: arxiv(
      '2007.14321',
      'Choquette-Choo et al. "Label-only membership inference attacks." ICML 2021.',
    ),
  },
  {
    ...attack,
    id: 'entropy-threshold',
    name: 'entropy threshold attack',
    aliases: ['entropy attack', 'confidence threshold attack'],
    access: 'score',
    goal: member,
    say: {
      engineer:
        'Calls a record a member when the model is sure of its answer, by the largest probability or the entropy of all, whether the answer is right or not. One query a record, and no label is needed.',
      responder:
        'It works for whoever does not even know the right answer. It is nearly always weaker than the loss.',
      policy:
        'How sure the system sounds can be enough to give away whom it has seen. Nobody needs to know the right answer for that.',
    },
    limits: 'A model that is sure of everything hides behind it.',
    source: arxiv(
      '2003.10595',
      'Song and Mittal. "Systematic evaluation of privacy risks of machine learning models." USENIX Security 2021.',
      'memory',
    ),
  },
  {
    ...attack,
    id: 'population-attack',
    name: 'population attack',
    aliases: ['attack P', 'population-based attack'],
    access: 'score',
    goal: member,
    say: {
      engineer:
        'Asks how rare the loss of a record would be among records of its class that were surely not trained on. It costs one query a record and of the population, and no training.',
      responder:
        'It takes nothing but public records of the same kind. Results do not depend on easy and hard classes.',
      policy:
        'A record is compared with what is usual for such records. Anybody who has similar records can do it.',
    },
    limits: 'It still treats all records of a class alike; shadow models see more.',
    source: arxiv(
      '2111.09679',
      'Ye et al. "Enhanced membership inference attacks against machine learning models." CCS 2022.',
      'memory',
    ),
  },
  {
    id: 'canary-audit',
    name: 'canary audit',
    aliases: ['secret sharer test', 'canary exposure'],
    kind: 'test',
    modes: ['membership-inference'],
    access: 'score',
    goal: 'How well the training remembers records that were planted to be remembered.',
    say: {
      engineer:
        'Puts records that can only be learnt by heart among the training data, keeps as many of the same make out, and compares the losses. One training gives an epsilon that is proved to be exceeded.',
      responder:
        'Speaks of the training and of the worst case. If canaries are remembered, so may be secrets and unusual people.',
      policy:
        'Marked records are planted to see whether they can be found again. It is the fairest test of a privacy promise.',
    },
    limits: 'Ordinary records give away less than canaries do.',
    source: arxiv(
      '1802.08232',
      'Carlini et al. "The secret sharer: Evaluating and testing unintended memorization in neural networks." USENIX Security 2019.',
      'memory',
    ),
  },
]
