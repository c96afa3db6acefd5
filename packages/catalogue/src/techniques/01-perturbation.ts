// The attacks that the perturbation probe runs, and its suites of them.
import type { TechniqueInput } from '../schema.ts'
import { arxiv, autoAttackPaper } from './paper.ts'

const modes = ['perturbation']
const attack = { kind: 'attack', modes } as const
const suite = { kind: 'suite', modes, access: 'gradient' } as const

const anyWrongClass = 'A wrong class, or a chosen one, within a ball around the input.'
const shortestWay = 'The smallest change of an input that gets another class.'

export const perturbation: readonly TechniqueInput[] = [
  {
    id: 'noise',
    name: 'random noise',
    aliases: ['noise baseline', 'additive noise control'],
    kind: 'test',
    modes,
    access: 'label',
    goal: 'A control: what do changes of this size do when nobody looks for the worst one?',
    say: {
      engineer:
        'Draws random points of the ball and asks for the class of each; there is no search. It costs one query a draw. An attack that finds less than this is broken.',
      responder:
        'In a log this is noise on single inputs, without a series that gets closer to anything. If it already changes answers, the cause may be a bad sensor as well as an attacker.',
      policy:
        'It shows how the system copes with harmless disturbance. The difference between this and a real attack is what an adversary adds.',
    },
    limits:
      'That noise changes nothing says nothing of attacks: in many dimensions almost no random direction is a bad one.',
    source: arxiv('1902.06705', 'Carlini et al. "On evaluating adversarial robustness." 2019.'),
  },
  {
    ...attack,
    id: 'fgsm',
    name: 'FGSM',
    aliases: ['fast gradient sign method', 'FGM'],
    access: 'gradient',
    goal: anyWrongClass,
    say: {
      engineer:
        'Takes a single step of full length along the gradient of the loss, in Linf along its sign. It costs one gradient an input. It is a smoke test and a check on stronger attacks, which must do at least as well.',
      responder:
        'The inputs are made offline with the model at hand, so a log shows one query for each and nothing before it. Success with so little work means that no skill was needed.',
      policy:
        'The simplest attack known: one calculation, no trial and error. A system that it fools has had no protection against manipulated input.',
    },
    limits:
      'Its failure proves nothing: one step is easily misled by a model that hides or bends its gradients.',
    source: arxiv(
      '1412.6572',
      'Goodfellow, Shlens and Szegedy. "Explaining and harnessing adversarial examples." ICLR 2015.',
    ),
  },
  {
    ...attack,
    id: 'pgd',
    name: 'PGD',
    aliases: ['projected gradient descent', 'BIM', 'I-FGSM', 'basic iterative method'],
    access: 'gradient',
    goal: anyWrongClass,
    say: {
      engineer:
        'Many small steps along the gradient, each followed by projection back into the ball, from a random start. It costs a gradient a step and start. Step size and loss are choices, and wrong ones make a weak attack.',
      responder:
        'All the work happens on a copy of the model; the service sees only the final input. Success proves that whoever has the weights can choose inputs that the model gets wrong.',
      policy:
        'Somebody who owns a copy of the system can work out, in private, a change that people hardly see and that alters the decision. It is the usual yardstick for how far a system can be pushed by a determined insider.',
    },
    limits:
      'Failure proves little where gradients vanish, are random or are estimates, or where the steps were too few or too long.',
    source: arxiv(
      '1706.06083',
      'Madry et al. "Towards deep learning models resistant to adversarial attacks." ICLR 2018.',
    ),
  },
  {
    ...attack,
    id: 'apgd-ce',
    name: 'APGD-CE',
    aliases: ['Auto-PGD', 'AutoPGD', 'APGD'],
    access: 'gradient',
    goal: anyWrongClass,
    say: {
      engineer:
        'PGD with momentum that sets its own step size: at checkpoints it halves the step where the loss stopped rising and goes on from the best point. It climbs the cross-entropy and costs a gradient a step, 100 by default in AutoAttack. There is no step size to get wrong.',
      responder:
        'Like PGD it leaves no trace but the final input. It is the first part of the standard suite, so a success here needs no further argument about tuning.',
      policy:
        'An attack that tunes itself, so that its result does not depend on how skilled the tester was. That makes figures of different systems comparable.',
    },
    limits:
      'Cross-entropy has no gradient where a model is sure to the last bit; then a failure says nothing, and APGD-DLR or APGD-T decides.',
    source: autoAttackPaper,
  },
  {
    ...attack,
    id: 'apgd-dlr',
    name: 'APGD-DLR',
    aliases: ['difference of logits ratio'],
    access: 'gradient',
    goal: anyWrongClass,
    say: {
      engineer:
        'Auto-PGD on the difference of logits ratio: the margin between the right class and the next, divided by a spread of the scores. Scaling the logits does not change it, so that models which are too sure do not blind it. It costs a gradient a step.',
      responder:
        'Nothing in a log tells it from other attacks with gradients. When it succeeds where APGD-CE fails, the model was protected by saturation and not by robustness.',
      policy:
        'Some systems look safe because they always claim to be certain. This attack is built not to be impressed by that.',
    },
    limits:
      'The loss needs at least three classes, four towards a chosen one; with fewer the plain margin runs in its place. Hidden gradients defeat it as they defeat PGD.',
    source: autoAttackPaper,
  },
  {
    ...attack,
    id: 'apgd-t',
    name: 'APGD-T',
    aliases: ['targeted APGD', 'APGD targeted'],
    access: 'gradient',
    goal: 'Any wrong class, by trying to reach the likeliest wrong classes one after another.',
    say: {
      engineer:
        'Auto-PGD with the targeted form of the DLR loss towards each of the nine classes that score highest after the right one. It costs a gradient a step and class, so it is the dearest part of AutoAttack and usually the strongest.',
      responder:
        'What counts is that any wrong class was reached; which one is part of the evidence. The attempts are made offline.',
      policy:
        'Instead of hoping for just any error, it tries to push the decision into each of the likeliest wrong answers. Many systems fall to one of them.',
    },
    limits:
      'With many classes nine targets may miss the right one; with hidden gradients it fails like the others.',
    source: autoAttackPaper,
  },
  {
    ...attack,
    id: 'fab',
    name: 'FAB',
    aliases: ['fast adaptive boundary attack'],
    access: 'gradient',
    goal: shortestWay,
    say: {
      engineer:
        'Treats the border to each other class as a plane at the current point, projects onto the nearest one inside the box, steps a little beyond and is pulled back towards the clean input. A step needs the gradient of every class. It needs no step size and gives a distance, not only yes or no.',
      responder:
        'Its result is how far an input had to be moved, sample by sample. Small distances over a whole data set mean that decisions rest on differences nobody would see.',
      policy:
        'It answers how much has to change before the decision changes. The smaller that is, the less the decision can be relied on when somebody has an interest in it.',
    },
    limits:
      'The planes are only as good as the gradients. That it found nothing inside a ball is no proof that nothing is there.',
    source: arxiv(
      '1907.02044',
      'Croce and Hein. "Minimally distorted adversarial examples with a fast adaptive boundary attack." ICML 2020.',
    ),
  },
  {
    ...attack,
    id: 'fab-t',
    name: 'FAB-T',
    aliases: ['targeted FAB'],
    access: 'gradient',
    goal: shortestWay,
    say: {
      engineer:
        'FAB towards one class at a time, for the nine that score highest, so that a step needs one gradient and not one for every class. It is the third part of AutoAttack.',
      responder:
        'Read it as FAB: a distance for each input it moved. In AutoAttack it works only on what the parts before it left standing.',
      policy:
        'A second, independent way to search for a small change, used so that a result does not hang on a single method. Where it agrees with the others, the figure can be trusted more.',
    },
    limits:
      'Its failure adds little when the parts before it failed for want of gradients: it needs the same ones.',
    source: arxiv(
      '1907.02044',
      'Croce and Hein. "Minimally distorted adversarial examples with a fast adaptive boundary attack." ICML 2020.',
    ),
  },
  {
    ...attack,
    id: 'fmn',
    name: 'FMN',
    aliases: ['fast minimum-norm attack'],
    access: 'gradient',
    goal: shortestWay,
    say: {
      engineer:
        'Climbs the loss inside a ball whose radius adapts: it shrinks while the point is adversarial and grows while it is not, so that the point follows the border to where it is closest. A step costs one gradient.',
      responder:
        'It gives the length of the shortest way found for each input. The median over inputs tells more than a single spectacular example.',
      policy:
        'It measures the smallest change that tips a decision. Like a load test of a bridge, it gives a figure and not only passed or failed.',
    },
    limits: 'A way that it did not find may still exist and be shorter; distances are upper bounds.',
    source: arxiv(
      '2102.12827',
      'Pintor et al. "Fast minimum-norm adversarial attacks through adaptive norm constraints." NeurIPS 2021.',
    ),
  },
  {
    ...attack,
    id: 'carlini-wagner',
    name: 'Carlini–Wagner attack',
    aliases: ['C&W', 'CW', 'Carlini-Wagner', 'Carlini & Wagner', 'Carlini-Wagner attack'],
    access: 'gradient',
    goal: 'The smallest change in L2 that gets another class.',
    say: {
      engineer:
        'Minimises the length of the change plus a constant times the margin, in a variable that cannot leave the box, and searches for the constant by bisection. It costs hundreds to thousands of gradients an input. Few steps or no search for the constant make it look weak.',
      responder:
        'It is slow and careful work on a copy of the model. The examples it gives are often closer to the original than those of other attacks, and harder to see.',
      policy:
        'It looks for the change that is hardest to notice and still works. It refuted defences that had been published as effective.',
    },
    limits: 'Too few steps or a fixed constant: then failure speaks of the settings and not of the model.',
    source: arxiv(
      '1608.04644',
      'Carlini and Wagner. "Towards evaluating the robustness of neural networks." IEEE S&P 2017.',
    ),
  },
  {
    ...attack,
    id: 'deepfool',
    name: 'DeepFool',
    access: 'gradient',
    goal: shortestWay,
    say: {
      engineer:
        'Takes the model for linear at each point and walks to the nearest border, over and over until the class changes, and then a little further. A few steps are mostly enough; each needs the gradients of some ten classes.',
      responder:
        'A quick estimate of how far inputs are from being decided otherwise. Sort disputed inputs by it to find those that were close calls.',
      policy:
        'It gives a rough figure, cheaply, of how firmly a decision stands. Read it as an estimate and not as a limit.',
    },
    limits:
      'It stops at the first border it meets, so the distance is an upper bound. Bent borders and vanishing gradients mislead it.',
    source: arxiv(
      '1511.04599',
      'Moosavi-Dezfooli, Fawzi and Frossard. "DeepFool: A simple and accurate method to fool deep neural networks." CVPR 2016.',
    ),
  },
  {
    ...attack,
    id: 'square',
    name: 'Square',
    aliases: ['square attack', 'square-attack'],
    access: 'score',
    goal: anyWrongClass,
    say: {
      engineer:
        'Repaints random squares of the picture to the edge of the ball, smaller ones as it goes on, and keeps a change when the margin falls. It uses scores only and costs a query a try, 5,000 in AutoAttack. Hidden gradients do not stop it.',
      responder:
        'Look for hundreds or thousands of queries from one sender that differ from each other in blocks of pixels. It proves that scores alone are enough, without the model.',
      policy:
        'Whoever may ask the service, and is told how sure it is, can find a deceptive input by trial. No break-in and no inside knowledge is involved.',
    },
    limits:
      'Few queries, or scores that are rounded or withheld, make it fail on models that are easily fooled otherwise.',
    source: arxiv(
      '1912.00049',
      'Andriushchenko et al. "Square attack: A query-efficient black-box adversarial attack via random search." ECCV 2020.',
    ),
  },
  {
    ...attack,
    id: 'simba',
    name: 'SimBA',
    aliases: ['simple black-box attack', 'SimBA-DCT'],
    access: 'score',
    goal: anyWrongClass,
    say: {
      engineer:
        'Adds or takes away one direction after another, here low frequencies of the picture (DCT), and keeps what lowers the score of the right class. Each direction costs one or two queries.',
      responder:
        'A log shows long series of almost equal inputs in which the score falls little by little. It is simple enough for anybody to write in an afternoon.',
      policy:
        'It works like turning knobs one at a time while watching the meter. The meter is the confidence that the service reports.',
    },
    limits:
      'Coarse or missing scores blind it, and it is slow where many directions have to change together.',
    source: arxiv('1905.07121', 'Guo et al. "Simple black-box adversarial attacks." ICML 2019.'),
  },
  {
    ...attack,
    id: 'nes',
    name: 'NES',
    aliases: ['natural evolution strategies', 'NES attack'],
    access: 'score',
    goal: anyWrongClass,
    say: {
      engineer:
        'Estimates the gradient from scores at pairs of points to either side of the current one along random Gaussian directions, and climbs as PGD does. Each estimate costs two queries a direction, so its budgets are in the thousands.',
      responder:
        'Pairs of inputs that mirror each other around a common centre, in bursts, are its mark. It proves that hiding the gradients from users does not hide them.',
      policy:
        'Even without the inner workings, an outsider can work out from the answers which way to push. Keeping the system secret is therefore no protection by itself.',
    },
    limits:
      'The estimate drowns in noise when queries are few, when the model is random, or when scores are rounded.',
    source: arxiv(
      '1804.08598',
      'Ilyas et al. "Black-box adversarial attacks with limited queries and information." ICML 2018.',
    ),
  },
  {
    ...attack,
    id: 'spsa',
    name: 'SPSA',
    aliases: ['simultaneous perturbation stochastic approximation'],
    access: 'score',
    goal: anyWrongClass,
    say: {
      engineer:
        'Like NES, but its random directions move every number by the same amount up or down. It was proposed to show that models with hidden gradients are not robust. It costs two queries a direction.',
      responder:
        'In a log it looks like NES: mirrored pairs around a centre that moves. Success where gradient attacks fail points to masked gradients.',
      policy:
        'A check on claims of safety: it tests the system from outside, where tricks inside do not help. A claim that survives only tests from inside should not be relied on.',
    },
    limits: 'As with NES, few queries or rounded scores make its failure meaningless.',
    source: arxiv(
      '1802.05666',
      'Uesato et al. "Adversarial risk and the dangers of evaluating against weak attacks." ICML 2018.',
    ),
  },
  {
    ...attack,
    id: 'hop-skip-jump',
    name: 'HopSkipJump',
    aliases: ['HSJ', 'HSJA', 'HopSkipJumpAttack'],
    access: 'label',
    goal: 'Close to the input, a point with another class, from labels alone.',
    say: {
      engineer:
        'Starts from a point of another class, bisects to the border, estimates the direction of the border from labels of random neighbours, steps along it and repeats. Thousands to tens of thousands of queries an input give a distance that keeps falling.',
      responder:
        'The log shows bisection (inputs that blend two pictures), then clouds of neighbours around one point, over and over. It proves that withholding scores is no protection.',
      policy:
        'The attacker sees nothing but the decision itself, as every user does, and still finds a way around it. What it takes is patience and many requests.',
    },
    limits:
      'With few queries it has only begun; a model that answers at random, or a limit on queries, stops it early.',
    source: arxiv(
      '1904.02144',
      'Chen, Jordan and Wainwright. "HopSkipJumpAttack: A query-efficient decision-based attack." IEEE S&P 2020.',
    ),
  },
  {
    ...attack,
    id: 'rays',
    name: 'RayS',
    aliases: ['ray searching attack'],
    access: 'label',
    goal: 'The smallest change in Linf that gets another class, from labels alone.',
    say: {
      engineer:
        'Searches over directions made of plus and minus signs, flips blocks of them from coarse to fine, and bisects the distance only where a flip promises a shorter way. It estimates no gradient and costs some thousands of queries.',
      responder:
        'The queries change whole blocks of the input by the same amount, in ever finer blocks. As with other label attacks, success shows that the class alone gives enough away.',
      policy:
        'A methodical search with yes-or-no questions only. It shows what the most ordinary user of a service could do.',
    },
    limits: 'Its failure within a small query limit says little; it looks in Linf only.',
    source: arxiv(
      '2006.12792',
      'Chen and Gu. "RayS: A ray searching method for hard-label adversarial attack." KDD 2020.',
    ),
  },
  {
    ...attack,
    id: 'boundary',
    name: 'Boundary',
    aliases: ['boundary attack'],
    access: 'label',
    goal: 'Close to the input, a point with another class, from labels alone.',
    say: {
      engineer:
        'Starts at a point of another class and walks at random along the border, each time with a small step towards the input, adapting both lengths to how often it succeeds. It was the first effective attack of this kind on deep networks and needs many queries.',
      responder:
        'Very many queries from one sender that slowly change from one picture into another. Rate limits and checks for similar queries notice it.',
      policy:
        'The oldest method that needs nothing but the decision. It is slow, which gives an operator who watches time to react.',
    },
    limits: 'It is slow: within usual limits of queries its failure says almost nothing.',
    source: arxiv(
      '1712.04248',
      'Brendel, Rauber and Bethge. "Decision-based adversarial attacks: Reliable attacks against black-box machine learning models." ICLR 2018.',
    ),
  },
  {
    ...attack,
    id: 'transfer',
    name: 'MI-DI-TI transfer',
    aliases: [
      'transfer attack',
      'transfer-attack',
      'MI-FGSM',
      'DI-FGSM',
      'TI-FGSM',
      'momentum iterative FGSM',
    ],
    access: 'label',
    goal: 'A wrong class from inputs that were worked out on another model of the same task.',
    say: {
      engineer:
        'Climbs the loss of a surrogate with momentum, on randomly shrunk pictures and with blurred gradients, which keeps the result from fitting the surrogate too closely. The target is asked once an input. Success depends on how alike the two models are.',
      responder:
        'There is no probing to find: the first query is the attack. Ask which public models resemble yours, because the attack may have been prepared on one of them.',
      policy:
        'The attack is prepared elsewhere, on a similar system, and then used once. Watching the service for suspicious trials cannot notice it.',
    },
    limits:
      'Failure speaks of this surrogate only; one that is trained on answers of the target carries over better.',
    source: arxiv('1710.06081', 'Dong et al. "Boosting adversarial attacks with momentum." CVPR 2018.'),
  },
  {
    ...suite,
    id: 'quick',
    name: 'quick suite',
    goal: 'To find what is easily found, in little time.',
    say: {
      engineer:
        'APGD-CE with 40 steps, then APGD-T with 30 steps towards three classes on what is left. It is what the budget of this name runs.',
      responder:
        'A finding of it is as real as any other, since each point is confirmed. That it found nothing is a reason to run the standard suite.',
      policy: 'A first look. It can show that something is wrong, and cannot show that all is well.',
    },
    limits: 'It is short on purpose: no robustness may be claimed from its failure.',
    source: autoAttackPaper,
  },
  {
    ...suite,
    id: 'autoattack-standard',
    name: 'AutoAttack standard',
    aliases: ['AutoAttack', 'AA', 'AutoAttack suite'],
    goal: 'The worst case of each input over four attacks that fail in different ways.',
    say: {
      engineer:
        'APGD-CE, APGD-T on nine classes, FAB-T on nine classes and Square with 5,000 queries, one after another on the inputs still standing, with the published constants. Only exactly this is printed under the name; with fewer than four classes, or another constant, the parts are named instead.',
      responder:
        'It is the common yardstick of the field, so results can be compared with published ones for the same norm and radius. Three of its parts need the model and one needs scores.',
      policy:
        'A fixed set of tests that researchers agreed to use, so that nobody can choose only those tests which their system passes. A result that names it can be compared with others; one that names something weaker cannot.',
    },
    limits:
      'What it does not find may exist: attacks made for one defence find more, above all where the model is random or adapts while it runs.',
    source: autoAttackPaper,
  },
  {
    ...suite,
    id: 'autoattack-plus',
    name: 'AutoAttack plus',
    aliases: ['AA+'],
    goal: 'The worst case of each input over six attacks with more restarts.',
    say: {
      engineer:
        'APGD-CE, APGD-DLR and FAB with five restarts each, Square, then APGD-T and FAB-T on nine classes. It costs several times as much as the standard suite and is what the thorough budget runs.',
      responder:
        'Use it before a release, or when the standard suite finds little and the stakes are high. Read it as the standard suite.',
      policy: 'The same agreed set of tests with more effort. It mostly confirms the standard result.',
    },
    limits: 'More of the same kinds of attack: what escapes all of them escapes here too.',
    source: autoAttackPaper,
  },
  {
    ...suite,
    id: 'autoattack-rand',
    name: 'AutoAttack rand',
    aliases: ['AutoAttack for randomised models'],
    goal: 'The worst case of each input for a model that answers at random.',
    say: {
      engineer:
        'APGD-CE and APGD-DLR in which each gradient is the mean of 20 passes, so that they climb the average of a model that draws random numbers. It costs twenty times a plain pass.',
      responder:
        'It is chosen when the model gives different answers to the same question. Keep several answers to each input as evidence, because one may be chance.',
      policy:
        'Some defences add randomness so that attacks are hard to test. This version tests the average behaviour instead of a single answer.',
    },
    limits:
      'Twenty passes may be too few for a very random model; then the gradient is noise and failure says nothing.',
    source: autoAttackPaper,
  },
]
