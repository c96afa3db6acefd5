// English words that sound alike and are spelled apart, as dictation and hurried writers confuse them. The list is ours: common
// words first, since a rare pair tests nothing. A listener would notice nothing and a reader understands from the rest of
// the sentence; cut out of it, the word means something else, so texts of one or two words are not kept in meaning.
import { errorShares, type TextCorruption } from './text-corruption.ts'
import { wordsThat } from './words.ts'

/** Words that sound alike, in small letters, a set a line. */
export const homophoneSets: readonly (readonly string[])[] = `
there their they're
to too two
your you're
its it's
whose who's
then than
here hear
know no
knew new
buy by bye
for four
right write rite
would wood
week weak
where wear
whether weather
which witch
our hour
one won
son sun
see sea
be bee
meet meat
read reed red
piece peace
plain plane
wait weight
way weigh
great grate
break brake
male mail
pale pail
sale sail
tale tail
hole whole
role roll
sole soul
bear bare
fair fare
pair pear pare
stair stare
dear deer
cheap cheep
steel steal
heel heal
real reel
feet feat
beat beet
been bean
seen scene
sent cent scent
allowed aloud
passed past
guessed guest
missed mist
affect effect
accept except
principal principle
complement compliment
council counsel
site sight cite
night knight
not knot
need knead
nose knows
through threw
blue blew
grew grue
flu flew
flour flower
sweet suite
eight ate
made maid
main mane
pain pane
rain reign rein
vain vein vane
waist waste
board bored
course coarse
hoarse horse
morning mourning
war wore
warn worn
poor pour
root route
stationary stationery
lessen lesson
patience patients
presence presents
residence residents
`
  .trim()
  .split('\n')
  .map((line) => line.split(' '))

const others = new Map<string, string[]>()
for (const set of homophoneSets) {
  for (const word of set) {
    others.set(word, [...(others.get(word) ?? []), ...set.filter((other) => other !== word)])
  }
}

/** Small letters and the straight apostrophe, as the list has them. */
const listed = (word: string) => word.toLowerCase().replaceAll('\u2019', "'")

/** The case of one word on another: all capitals, first capital, or as listed. */
function inCaseOf(model: string, word: string): string {
  const isAllCapitals = model.length > 1 && model === model.toUpperCase()
  if (isAllCapitals) return word.toUpperCase()
  const isCapitalised = model[0] !== model[0]!.toLowerCase()
  return isCapitalised ? word[0]!.toUpperCase() + word.slice(1) : word
}

export const homophones: TextCorruption = {
  name: 'homophones',
  shares: errorShares,
  places: wordsThat((word) => others.has(listed(word))),
  edit(word, random) {
    const choices = others.get(listed(word))!
    return inCaseOf(word, choices[random.int(choices.length)]!)
  },
}
