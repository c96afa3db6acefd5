// Words as the search compares them: lower case, without accents, without endings that grammar adds, and without
// the little words that every sentence has. The stemming is deliberately small (a handful of English endings): it
// only has to make "crashes" meet "crashed", and whoever reads the result sees the words as they were written.

const separators = /[^\p{L}\p{N}]+/u

// Function words, and words that any complaint about any system has.
const stopWords: ReadonlySet<string> = new Set(
  `a about above after again all also although am an and any anybody anyone anything are as at away back be
  because been before being below between both but by can cannot could did do does doing done down during each
  either else even ever every everybody everyone everything few first for from further get gets getting give given
  go goes going got had has have having he her here hers him his how however i if in into is it its itself just
  let lets letting like look looked looking looks lot made make makes many may me might more most much must my near never new no nobody none nor not nothing
  now of off often on once one only onto or other others our ours out over own per quite rather really said same
  say says see seem seems seen she should since so some somebody someone something somewhere soon still such take
  takes than that the their theirs them then there these they thing things this those though through thus to too
  two under until up upon us use used uses using very via was way we well went were what whatever when whenever
  where whether which while who whoever whole whom whose why will with within without would yes yet you your yours
  customer customers people ai algorithm learning machine ml model models system systems t s re ve ll d m don didn doesn isn wasn`.split(
    /\s+/,
  ),
)

/** The words of a text as they stand there. */
export function wordsOf(text: string): readonly string[] {
  return text.split(separators).filter((word) => word !== '')
}

/** What a word is compared by, or null for a word that says nothing. */
export function termOf(word: string): string | null {
  const plain = word
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
  if (plain.length < 2 || stopWords.has(plain)) return null
  return stem(plain)
}

/** "crashes", "crashed" and "crashing" as "crash"; a stem keeps at least three letters. */
function stem(word: string): string {
  const cut = word
    .replace(/(?<=\w{2})ie[sd]$/, 'y')
    .replace(/(?<=\w{3})(?:ations?|ings?|ed|ers?|es|(?<!s)s)$|(?<=\w{4})ly$/, '')
  return cut.replace(/(?<=\w{2})([bdfgmnprt])\1$/, '$1').replace(/(?<=\w{3})e$/, '')
}
