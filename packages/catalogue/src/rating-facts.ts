// The closed list of facts that ratings turn on. A rule may ask for nothing else, so a report can always show which
// answers led to a severity and which were missing. Answers run from least to most harmful; every set of rules is
// monotone in that order, and a test walks through all combinations to prove it.
import type { RatingFact } from './schema.ts'

export const ratingFacts: readonly RatingFact[] = [
  {
    name: 'targeted',
    question: 'Did the attack produce the wrong answer the attacker chose, and not just any wrong answer?',
    answers: [false, true],
    from: 'measurement',
  },
  {
    name: 'actionTriggered',
    question: 'Does a wrong prediction set off an action, or hold one back, without a person in between?',
    answers: [false, true],
    from: 'owner',
  },
  {
    name: 'actsOnPhysicalWorld',
    question: 'Can a wrong decision act on the physical world?',
    answers: [false, true],
    from: 'owner',
  },
  {
    name: 'modelIsSecurityControl',
    question: 'Is the model itself a safeguard, such as a detector of spam, malware, fraud or intrusion?',
    answers: [false, true],
    from: 'owner',
  },
  {
    name: 'dataSensitivity',
    question: 'How sensitive are the data that could come out?',
    answers: ['public', 'internal', 'confidential', 'personal', 'sensitive'],
    from: 'owner',
  },
  {
    name: 'affects',
    question: 'Who is harmed besides the attacker?',
    answers: ['attacker-only', 'some-users', 'all-users'],
    from: 'owner',
  },
  {
    name: 'interaction',
    question: 'Does the harm need those affected to do something first?',
    answers: ['some', 'none'],
    from: 'owner',
  },
  {
    name: 'thirdPartyProvenance',
    question: 'Do training data or the model come from outside your own control?',
    answers: [false, true],
    from: 'owner',
  },
  {
    name: 'highValueAsset',
    question: 'Is the model, or what it guards, an asset of high value?',
    answers: [false, true],
    from: 'owner',
  },
  {
    name: 'harm',
    question: 'How bad is what was measured?',
    answers: ['slight', 'noticeable', 'severe'],
    from: 'measurement',
  },
  {
    name: 'exposure',
    question: 'How often will the system meet the conditions that were measured?',
    answers: ['rare', 'occasional', 'routine'],
    from: 'owner',
  },
  {
    name: 'reversibility',
    question: 'Can the harm be undone?',
    answers: ['reversible', 'irreversible'],
    from: 'owner',
  },
]
