import { type Budget, defineProbe, type SystemFacts } from '@failmode/core'
import { reduceConfidencePrice } from '../attacks/reduce-confidence.ts'
import { predictLabels } from '../steps/predict.ts'
import { attackCheck } from './attack-check.ts'
import { attackStep, noiseLabelsStep } from './attack-step.ts'
import { chooseAttacks } from './choose-attacks.ts'
import { evidenceStep } from './evidence-step.ts'
import { checkIds, meta } from './meta.ts'
import { options } from './options.ts'
import { preflightStep } from './preflight.ts'
import { passesByBudget, plan, type SuiteName, suite, suiteByBudget } from './suites.ts'
import { summarize } from './summarize.ts'
import { samplesWanted } from './workload.ts'

const otherChanges =
  'Other norms than the one of the ball, and changes that are not small in a norm: rotation, colour, patches.'

/** A graph that draws at random is attacked through the mean of its gradients. */
function passesFor({ model }: SystemFacts, { name }: Budget): { readonly passes?: number } {
  return (model?.randomOperators?.length ?? 0) === 0 ? {} : { passes: passesByBudget[name] }
}

/** The suite of the budget, or the published one for models that draw at random. */
function suiteFor(system: SystemFacts, budget: Budget): SuiteName {
  const random = passesFor(system, budget).passes !== undefined
  return random && budget.name !== 'quick' ? 'autoattack-rand' : suiteByBudget[budget.name]
}

export default defineProbe({
  meta,
  options,
  checks: [
    attackCheck({
      id: checkIds.gradient,
      claim: 'With the model at hand, small changes',
      title: 'Gradient attacks, any wrong class',
      proves: 'That somebody who has the model can change the answer with a small change of the input.',
      variant: '1c',
      access: 'gradient',
      goal: 'any',
      source: 'samples',
      mode: 'survivors',
      notCovered: [otherChanges],
      wanted: (system, own, budget) => ({
        plans: chooseAttacks(own, budget.name, {
          access: 'gradient',
          ...passesFor(system, budget),
          defaults: suite(own.suite ?? suiteFor(system, budget), own.norm),
        }),
        samples: samplesWanted(own, budget.name),
        manyClean: true,
      }),
    }),
    attackCheck({
      id: checkIds.score,
      claim: 'With scores alone, small changes',
      title: 'Score attacks, any wrong class',
      proves: 'That somebody who can ask for scores can change the answer with a small change of the input.',
      variant: '1c',
      access: 'score',
      goal: 'any',
      source: 'samples',
      mode: 'survivors',
      notCovered: [otherChanges],
      wanted: (_, own, budget) => ({
        plans: chooseAttacks(own, budget.name, {
          access: 'score',
          defaults: [
            plan('square', budget.name),
            ...(budget.name === 'thorough' ? [plan('nes', budget.name)] : []),
            ...(budget.name === 'thorough' && own.norm === 'l2' ? [plan('simba', budget.name)] : []),
          ],
        }),
        samples: samplesWanted(own, budget.name),
        manyClean: true,
      }),
    }),
    attackCheck({
      id: checkIds.label,
      claim: 'With labels alone, small changes',
      title: 'Label attacks, any wrong class',
      proves: 'That somebody who only sees the class can change the answer with a small change of the input.',
      variant: '1c',
      access: 'label',
      goal: 'any',
      source: 'samples',
      mode: 'survivors',
      notCovered: [otherChanges],
      wanted: (_, own, budget) => ({
        plans: chooseAttacks(own, budget.name, {
          access: 'label',
          defaults: [
            ...(own.norm === 'linf' ? [plan('rays', budget.name)] : []),
            ...(own.norm === 'l2' || budget.name === 'thorough' ? [plan('hop-skip-jump', budget.name)] : []),
            ...(own.norm === 'l2' && budget.name === 'thorough' ? [plan('boundary', budget.name)] : []),
          ],
        }),
        samples: samplesWanted(own, budget.name, 'fewer'),
        manyClean: false,
      }),
    }),
    attackCheck({
      id: checkIds.labelSourceTarget,
      claim: 'With labels alone, small changes',
      title: 'Label attack towards a chosen class',
      proves:
        'That somebody who only sees the class can choose the answer, by a small change of an input of another class.',
      variant: '1b',
      access: 'label',
      goal: 'class',
      source: 'samples',
      mode: 'survivors',
      notCovered: [otherChanges, 'Every pair of classes: each sample was driven towards one class.'],
      wanted: (_, own, budget) => ({
        plans: chooseAttacks(own, budget.name, {
          access: 'label',
          targeted: true,
          defaults: [plan('hop-skip-jump', budget.name)],
        }),
        samples: samplesWanted(own, budget.name, 'fewer'),
        manyClean: false,
      }),
    }),
    attackCheck({
      id: checkIds.transfer,
      claim: 'With another model of the same task, small changes',
      title: 'Transfer from a surrogate',
      proves:
        'That somebody who has only another model of the same task can change the answer, with a single query a sample.',
      variant: '1c',
      access: 'label',
      goal: 'any',
      source: 'samples',
      mode: 'survivors',
      needsSurrogate: true,
      notCovered: [otherChanges, 'Other surrogates: one that is more like the model carries over more.'],
      wanted: (_, own, budget) => ({
        plans: [plan('transfer', budget.name)],
        samples: samplesWanted(own, budget.name),
        manyClean: false,
      }),
    }),
    attackCheck({
      id: checkIds.shortest,
      claim: 'The shortest changes that exist',
      title: 'The shortest way to another class',
      proves: 'How small a change is enough, sample by sample, for somebody who has the model.',
      variant: '1c',
      access: 'gradient',
      goal: 'any',
      source: 'samples',
      mode: 'closest',
      notCovered: [otherChanges],
      wanted: (system, own, budget) => ({
        plans: chooseAttacks(own, budget.name, {
          access: 'gradient',
          ...passesFor(system, budget),
          shortest: true,
          defaults: [
            { ...plan('fmn', budget.name), norm: 'linf' },
            { ...plan('fmn', budget.name), norm: 'l2' },
            ...(own.norm === 'l1' ? [{ ...plan('fmn', budget.name), norm: 'l1' } as const] : []),
            ...(budget.name === 'thorough'
              ? [
                  plan('deepfool', budget.name),
                  { ...plan('carlini-wagner', budget.name), norm: 'l2' } as const,
                ]
              : []),
          ],
        }),
        samples: samplesWanted(own, budget.name, 'fewer'),
        manyClean: false,
      }),
    }),
    attackCheck({
      id: checkIds.oneStep,
      claim: 'Changes by a single gradient step',
      title: 'FGSM, one step',
      proves:
        'How far a single step along the gradient goes: the comparison that an iterative attack has to beat.',
      variant: '1c',
      access: 'gradient',
      goal: 'any',
      source: 'samples',
      mode: 'survivors',
      control: true,
      notCovered: ['Any second step: this is a comparison, and the weakest of the gradient attacks.'],
      wanted: (_, own, budget) => ({
        plans: [plan('fgsm', budget.name)],
        samples: samplesWanted(own, budget.name),
        manyClean: true,
      }),
    }),
    attackCheck({
      id: checkIds.noise,
      claim: 'Changes by plain noise, without a search,',
      title: 'Random noise (control)',
      proves: 'How much of the harm needs no attacker: noise at the edge of the ball, without a search.',
      variant: '1c',
      access: 'label',
      goal: 'any',
      source: 'samples',
      mode: 'survivors',
      control: true,
      notCovered: ['Any search: this is the control that attacks are compared with.'],
      wanted: (_, own, budget) => ({
        plans: [{ ...plan('noise', budget.name), effort: own.noiseDraws }],
        samples: samplesWanted(own, budget.name),
        manyClean: true,
      }),
    }),
    ...(['gradient', 'score'] as const).flatMap((access) => {
      const white = access === 'gradient'
      const means = white ? 'With the model at hand, small changes' : 'With scores alone, small changes'
      const who = white ? 'somebody who has the model' : 'somebody who can ask for scores'
      return [
        attackCheck({
          id: white ? checkIds.gradientSourceTarget : checkIds.scoreSourceTarget,
          claim: means,
          title: `${white ? 'Gradient' : 'Score'} attack towards a chosen class`,
          proves: `That ${who} can choose the answer, by a small change of an input of another class.`,
          variant: '1b',
          access,
          goal: 'class',
          source: 'samples',
          mode: 'survivors',
          notCovered: [otherChanges, 'Every pair of classes: each sample was driven towards one class.'],
          wanted: (system, own, budget) => ({
            plans: chooseAttacks(own, budget.name, {
              access,
              ...(white ? passesFor(system, budget) : {}),
              targeted: true,
              defaults: [plan(white ? 'apgd-dlr' : 'square', budget.name)],
            }),
            samples: samplesWanted(own, budget.name, 'fewer'),
            manyClean: false,
          }),
        }),
        attackCheck({
          id: white ? checkIds.gradientTargeted : checkIds.scoreTargeted,
          claim: white ? 'With the model at hand, changes of noise' : 'With scores alone, changes of noise',
          title: `${white ? 'Gradient' : 'Score'} attack from noise to a chosen class`,
          proves: `That ${who} can make an input that belongs to no class pass for one of the attacker's choice.`,
          variant: '1a',
          access,
          goal: 'class',
          source: 'noise',
          mode: 'survivors',
          notCovered: ['Inputs of other kinds that belong to no class: abstract pictures, other data sets.'],
          wanted: (system, own, budget) => ({
            plans: chooseAttacks(own, budget.name, {
              access,
              ...(white ? passesFor(system, budget) : {}),
              targeted: true,
              defaults: [plan(white ? 'apgd-dlr' : 'square', budget.name)],
            }),
            samples: samplesWanted(own, budget.name, 'fewer'),
            manyClean: false,
          }),
        }),
        attackCheck({
          id: white ? checkIds.gradientConfidence : checkIds.scoreConfidence,
          claim: means,
          title: `${white ? 'Gradient' : 'Score'} attack on confidence`,
          proves: `That ${who} can take the confidence out of right answers, so that they drown operators in doubtful cases.`,
          variant: '1d',
          access,
          goal: 'doubt',
          source: 'samples',
          mode: 'survivors',
          notCovered: [otherChanges, 'Floods of false alarms in the system around the model.'],
          wanted: (system, own, budget) => ({
            plans: chooseAttacks(own, budget.name, {
              access,
              ...(white ? passesFor(system, budget) : {}),
              defaults: [plan(white ? 'apgd-ce' : 'square', budget.name)],
            }).slice(0, 1),
            samples: samplesWanted(own, budget.name, 'fewer'),
            manyClean: false,
            extra: { queries: reduceConfidencePrice(), gradients: 0 },
          }),
        }),
      ]
    }),
  ],
  steps: [predictLabels, preflightStep, attackStep, noiseLabelsStep, evidenceStep],
  summarize,
})
