// Attacks on text, speech and tables, and universal changes: well known, and not run by this version.
import type { TechniqueInput } from '../schema.ts'
import { arxiv, carliniWagnerAudioPaper } from './paper.ts'

const attack = { kind: 'attack', modes: ['perturbation'] } as const

export const perturbationElsewhere: readonly TechniqueInput[] = [
  {
    ...attack,
    id: 'deepwordbug',
    name: 'DeepWordBug',
    access: 'score',
    goal: 'Another class for a text by misspelling a few words.',
    say: {
      engineer:
        'Ranks words by how the score changes when each is replaced by an unknown token, then swaps, replaces, drops or adds letters in the most important ones, within an edit distance. It costs about a query a word, and a few more for the changes.',
      responder:
        'Look for odd misspellings in exactly the words that carry the meaning, and for many versions of one text. It proves that spelling is a way around the filter.',
      policy:
        'A few typing errors that people read past are enough to change what the machine makes of a text. Filters for abuse or fraud can be passed this way by anybody.',
    },
    limits:
      'A spelling corrector in front stops these changes and not others; failure here says nothing of synonyms.',
    source: arxiv(
      '1801.04354',
      'Gao et al. "Black-box generation of adversarial text sequences to evade deep learning classifiers." 2018.',
    ),
  },
  {
    ...attack,
    id: 'textfooler',
    name: 'TextFooler',
    access: 'score',
    goal: 'Another class for a text that keeps its meaning.',
    say: {
      engineer:
        'Ranks words by what deleting them does to the score and replaces the important ones by near synonyms of the same part of speech, while a sentence encoder says that the meaning is kept. It costs some hundreds of queries a text and needs word vectors.',
      responder:
        'The texts read naturally, so nothing is seen on the surface; series of paraphrases from one sender are the trace. It proves that the wording, and not the meaning, decided.',
      policy:
        'The same statement in slightly other words gets another decision. That is a question of equal treatment as well as of security.',
    },
    limits:
      'Automatic checks of meaning let bad paraphrases pass, so successes need a human look; failure depends on the synonyms at hand.',
    source: arxiv(
      '1907.11932',
      'Jin et al. "Is BERT really robust? A strong baseline for natural language attack on text classification and entailment." AAAI 2020.',
    ),
  },
  {
    ...attack,
    id: 'bad-characters',
    name: 'Bad Characters',
    aliases: ['imperceptible text attack', 'homoglyph attack'],
    access: 'score',
    goal: 'Another answer for a text that looks exactly the same.',
    say: {
      engineer:
        'Adds invisible characters, look-alike letters, deletions or reversals of writing direction, and searches for the best few places by differential evolution. One to five such characters can be enough.',
      responder:
        'Keep the raw bytes of the text: a screenshot or a copy shows nothing. Unusual code points such as zero-width spaces are plain evidence.',
      policy:
        'Two texts that no reader can tell apart are treated differently by the machine. It is easy to prevent by cleaning the input, so its absence is telling.',
    },
    limits:
      'Input that is cleaned to a fixed alphabet defeats it; that says nothing of changes that can be seen.',
    source: arxiv('2106.09898', 'Boucher et al. "Bad characters: Imperceptible NLP attacks." IEEE S&P 2022.'),
  },
  {
    ...attack,
    id: 'audio-carlini-wagner',
    name: 'Carlini–Wagner attack on speech recognition',
    aliases: ['CTC attack', 'audio adversarial example'],
    access: 'gradient',
    goal: 'A recording that sounds the same and is transcribed as chosen words.',
    say: {
      engineer:
        'Minimises the loudness of what is added plus the CTC loss of the wanted transcript, and lowers the allowed loudness after each success. It takes thousands of gradients a recording.',
      responder:
        'Keep the original recording without any re-encoding, since compression can remove the effect. Transcripts that differ between two recognisers are a hint.',
      policy:
        'A recording can carry words that the machine hears and people do not. Decisions made from transcripts can then rest on words nobody said.',
    },
    limits:
      'Played over a loudspeaker most such examples stop working; a failure there says nothing of files.',
    source: carliniWagnerAudioPaper,
  },
  {
    ...attack,
    id: 'lowprofool',
    name: 'LowProFool',
    access: 'gradient',
    goal: 'Another decision on a row of a table, by changes where nobody looks.',
    say: {
      engineer:
        'Gradient steps towards the wanted class with a penalty that weighs each feature by its importance to people, so that changes fall on unimportant ones. It costs some hundred gradients a row. Success counts only after types, ranges and relations are repaired.',
      responder:
        'Compare the declared values with their sources: what was changed are the fields that are seldom checked. A success shows which unverified fields move the decision.',
      policy:
        'An applicant changes details that seem to matter to nobody and gets another result. Which details they are can be measured.',
    },
    limits:
      'Rules of the table that the search does not know make it fail, or succeed with rows that cannot exist.',
    source: arxiv('1911.03274', 'Ballet et al. "Imperceptible adversarial attacks on tabular data." 2019.'),
  },
  {
    ...attack,
    id: 'universal-perturbation',
    name: 'universal adversarial perturbation',
    aliases: ['UAP'],
    access: 'gradient',
    goal: 'One change that turns most inputs into errors.',
    say: {
      engineer:
        'Adds up small steps that fool the inputs of a training set one after another, projected into the ball, until most are fooled by the sum. It is made once and then costs nothing an input.',
      responder:
        'The same difference, added to many unrelated inputs, is the mark: subtract neighbouring frames and look for it. It proves that one leaked pattern endangers every input.',
      policy:
        'A single pattern that spoils almost every picture, so that the attack can be handed on and used by people without skill. Defending against single cases is then not enough.',
    },
    limits: 'That no universal change was found does not make single inputs safe.',
    source: arxiv(
      '1610.08401',
      'Moosavi-Dezfooli et al. "Universal adversarial perturbations." CVPR 2017.',
      'memory',
    ),
  },
]
