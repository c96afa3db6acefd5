// Everyday defects of text, by the names of the text corruptions of the common-corruption probe. Shares of words are this
// product's own; the papers are those in which such defects were gathered or studied, not sources of the shares.
import type { TechniqueInput } from '../schema.ts'
import { arxiv } from './paper.ts'

const stress = { kind: 'stress', modes: ['common-corruption'], access: 'label' } as const

const augmenterPaper = arxiv(
  '2112.02721',
  'Dhole et al. "NL-Augmenter: A framework for task-sensitive natural language augmentation." 2021.',
)

const misspellingsPaper = arxiv(
  '1905.11268',
  'Pruthi, Dhingra and Lipton. "Combating adversarial misspellings with robust word recognition." ACL 2019.',
)

const badCharactersPaper = arxiv(
  '2106.09898',
  'Boucher et al. "Bad characters: Imperceptible NLP attacks." IEEE S&P 2022.',
)

interface Defect {
  readonly id: string
  readonly name: string
  readonly aliases?: readonly string[]
  /** What is done to a place of the text, for engineers. */
  readonly rule: string
  /** How it comes about in service, and where to look. */
  readonly trace: string
  /** Who writes like this, and what a drop means for them. */
  readonly means: string
  /** Where the meaning is lost with it, so that another answer is no mistake. */
  readonly limits: string
  readonly source?: TechniqueInput['source']
}

const defect = ({ id, name, aliases = [], rule, trace, means, limits, source }: Defect): TechniqueInput => ({
  ...stress,
  id,
  name,
  aliases,
  goal: `Loss of accuracy under ${name}, in five strengths.`,
  say: {
    engineer: `${rule} The strength is the share of possible places touched, rounded by chance so that it is exact on average, and higher strengths contain the lower ones.`,
    responder: `${trace} Keep the text as it arrived, before any cleaning.`,
    policy: means,
  },
  limits,
  source: source ?? augmenterPaper,
})

export const textCorruption: readonly TechniqueInput[] = [
  defect({
    id: 'keyboard-typos',
    name: 'keyboard typos',
    aliases: ['typing errors', 'misspellings'],
    rule: 'Makes one slip inside a word of at least four letters: a neighbouring key, a letter dropped, doubled or swapped with the next.',
    trace: 'Slips cluster by device and by time pressure; compare errors of phones with those of desks.',
    means:
      'People who type in haste, on small screens or with an impairment make such slips. A drop means that they get worse decisions for the same request.',
    limits:
      'A slip can make another word, and words are not looked up; read a sample before calling a changed answer wrong.',
    source: misspellingsPaper,
  }),
  defect({
    id: 'ocr-errors',
    name: 'OCR errors',
    aliases: ['OCR noise', 'scanning errors'],
    rule: 'Takes one shape in a word for another, such as rn for m, cl for d or O for 0, in either direction, but never a digit for another digit.',
    trace: 'Errors that come with one scanner, one form or one font point here.',
    means:
      'Scanned letters and forms are full of such mistakes. A drop means that people who write on paper are judged worse than those who use the website.',
    limits:
      'The confusions are chosen by shape and not counted on any scanner; real ones depend on font, paper and program.',
  }),
  defect({
    id: 'lower-case',
    name: 'text in small letters',
    aliases: ['lowercase'],
    rule: 'Puts words into small letters.',
    trace: 'Look at channels without a shift key in practice, such as chat, search fields and old exports.',
    means: 'Many people write without capitals. A drop means that a habit of writing counts as content.',
    limits: 'A few words are told apart by their capital alone, such as US and us.',
  }),
  defect({
    id: 'upper-case',
    name: 'text in capitals',
    aliases: ['uppercase', 'all caps'],
    rule: 'Puts words into capital letters.',
    trace:
      'Forms and mainframe exports are often in capitals throughout, so errors will follow the source system.',
    means:
      'Some forms ask for capitals and some people shout. A drop means that the shape of the letters decides along with the words.',
    limits: 'Capitals can carry tone, which a judgement of tone may rightly take into account.',
  }),
  defect({
    id: 'random-case',
    name: 'mixed case',
    aliases: ['random capitals'],
    rule: 'Turns about half of the letters of a word into their other case.',
    trace:
      'Mocking posts and attempts to get past filters look like this; see whether one group of authors does it.',
    means:
      'Words written LiKe tHiS stay readable to people. A drop means that a filter can be passed, or a person misjudged, by a trick a child knows.',
    limits: 'Few honest texts look like this, so a drop says little about everyday use.',
  }),
  defect({
    id: 'uncapitalised-sentences',
    name: 'sentences without capitals',
    aliases: ['uncapitalized sentences'],
    rule: 'Puts the first letter of sentences into small letters.',
    trace: 'It is usual in chat and dictation; compare these channels with e-mail.',
    means:
      'It is the smallest of writing habits. A drop means that the system clings to form and will be thrown by larger things.',
    limits: 'Where sentences end is found by rule, which abbreviations mislead.',
  }),
  defect({
    id: 'whitespace',
    name: 'whitespace errors',
    aliases: ['spacing errors'],
    rule: 'Drops or doubles the gap between two words, makes it unbreakable, or breaks the line there.',
    trace:
      'Copies from PDF files and web pages bring such gaps in; look at the raw characters, which screens hide.',
    means:
      'A reader does not notice most of these gaps. A drop means that decisions depend on something that nobody sees.',
    limits: 'Two words joined can be a third one, and in verse, tables and code gaps carry meaning.',
  }),
  defect({
    id: 'dropped-accents',
    name: 'dropped accents',
    aliases: ['stripped diacritics'],
    rule: 'Takes the marks off the Latin letters of a word that has any.',
    trace:
      'A step that knows only ASCII does this to every text at once; look for the day on which it was put in.',
    means:
      'Foreign keyboards and old systems take accents off names and words. A drop means that people with accented names or languages fare worse.',
    limits:
      'In many languages accents tell words apart, so that the text without them may mean something else.',
  }),
  defect({
    id: 'added-accents',
    name: 'added accents',
    aliases: ['spurious diacritics'],
    rule: 'Gives one bare letter of a word a mark that exists on it in some European language.',
    trace:
      'Wrong keyboard layouts and broken character sets give such letters; look at the encoding of the source.',
    means:
      'The text stays readable to everyone. A drop means that a wrong setting on a keyboard is enough to change a decision.',
    limits: 'Marks are put on at random, as no layout would, and some make another word.',
  }),
  defect({
    id: 'homoglyphs',
    name: 'homoglyphs',
    aliases: ['look-alike letters', 'confusable characters'],
    rule: 'Replaces one letter of a word by a letter of another script with the same shape, after the confusables of Unicode.',
    trace:
      'Search the log for words of mixed scripts: by accident they are rare, and a run of them means that somebody tries to get past a filter.',
    means:
      'Nobody can see the difference on a screen. A drop means that unwanted content can pass, or a harmless text be blocked, without any visible reason.',
    limits:
      'Screen readers and searches do notice; and a step that folds look-alikes before the model removes it.',
    source: badCharactersPaper,
  }),
  defect({
    id: 'homophones',
    name: 'homophones',
    aliases: ['sound-alike words'],
    rule: 'Replaces a word by one that sounds the same, from a list of English sets such as their and there.',
    trace: 'Dictation and hurried writing confuse such words; compare dictated requests with typed ones.',
    means:
      'People who dictate, or who learned the language by ear, write like this. A drop means that spelling, and not the request, decides.',
    limits: 'The list is English and short. A text of one or two words changes its meaning with the word.',
  }),
  defect({
    id: 'dropped-punctuation',
    name: 'dropped punctuation',
    aliases: ['missing punctuation'],
    rule: 'Leaves out stops, commas, quotes, dashes and brackets, but not inside numbers.',
    trace: 'Chat, dictation and some exports have none; see whether errors follow such a source.',
    means: 'Much of what people write has no commas. A drop means that a way of writing is punished.',
    limits: 'A comma or a question mark can change what a sentence says, and smileys fall apart.',
  }),
]
