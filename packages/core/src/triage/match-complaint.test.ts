import { catalogue } from '@failmode/catalogue'
import { describe, expect, it } from 'vitest'
import { matchComplaint } from './match-complaint.ts'

/**
 * Complaints in the words of those who make them. They were written before the sentences of the guide and must
 * never be copied into it: the figure below is only worth something while the two are independent.
 */
const complaints: readonly (readonly [mode: string, complaint: string])[] = [
  [
    'perturbation',
    'customers say the filter lets obvious spam through since Tuesday, with weird unicode letters in every word',
  ],
  [
    'perturbation',
    'A fraudster edits a few pixels of the scanned cheque and the reader sees a bigger amount',
  ],
  ['perturbation', 'malware authors append junk bytes to their file and our detector calls it harmless'],
  [
    'perturbation',
    'analysts are buried under thousands of low-confidence alerts that turn out to be nothing',
  ],
  [
    'perturbation',
    'two pictures look identical to me, yet the moderation tool bans one and allows the other',
  ],
  ['poisoning', 'the chatbot began to swear after users taught it'],
  [
    'poisoning',
    'a competitor had hundreds of accounts report good reviews as fake and now our model removes them',
  ],
  ['poisoning', 'someone has been uploading mislabelled samples to our crowd-sourced training set'],
  [
    'poisoning',
    "after last night's automatic retraining on user feedback the recommender pushes one shady seller",
  ],
  [
    'model-inversion',
    'a researcher showed us a blurry portrait of one of our patients that he got out of the face login',
  ],
  [
    'model-inversion',
    'someone typed a name into the service over and over and reconstructed what the person looks like',
  ],
  [
    'model-inversion',
    'the assistant recites phone numbers and private e-mails word for word if you prod it long enough',
  ],
  ['model-inversion', 'secret genetic markers of customers can be worked out from the dosage predictor'],
  [
    'membership-inference',
    'a journalist claims she can prove that her medical record was used to train our cancer model',
  ],
  [
    'membership-inference',
    'anyone can find out whether a given person was in the study by looking at how sure the model is',
  ],
  [
    'membership-inference',
    'a customer asks whether her file was among the ones you learned from and says outsiders can tell',
  ],
  [
    'membership-inference',
    'the model behaves differently on people from the debtors register than on everybody else, so you can tell who is on it',
  ],
  ['model-stealing', 'somebody sells a copy of our model'],
  ['model-stealing', 'the bill for API calls exploded overnight and all queries look like noise'],
  [
    'model-stealing',
    'a start-up offers a cheaper service which gives the very same scores as ours, even the same mistakes',
  ],
  [
    'model-stealing',
    'one account sent half a million systematic requests that walk through every value of every field',
  ],
  ['reprogramming', 'someone uses our image tagging service to solve captchas'],
  [
    'reprogramming',
    'people run their own jobs on our free translation bot, it writes their homework and computer code',
  ],
  ['reprogramming', 'strangers turned our photo endpoint into a tool for making fake nude pictures'],
  [
    'reprogramming',
    'all requests carry the same odd frame around the picture, and it is not what our product is for',
  ],
  ['physical-adversarial-example', 'a sticker on the sign makes the car miss it'],
  [
    'physical-adversarial-example',
    'a man wearing printed glasses was let in as the chief executive by the door camera',
  ],
  ['physical-adversarial-example', 'somebody projects light on the road and the lane assistant swerves'],
  [
    'physical-adversarial-example',
    'shoplifters wear a colourful t-shirt and the shop cameras do not see them as people',
  ],
  [
    'malicious-provider',
    'the contractor who trained the network for us knows details of our patients that we never gave out',
  ],
  [
    'malicious-provider',
    'our cloud vendor for machine learning seems to have pulled our confidential records out of the model we bought',
  ],
  [
    'malicious-provider',
    'the consultancy that built the model keeps querying it and now has our customer list',
  ],
  [
    'supply-chain',
    'the pretrained network that we downloaded from a public hub has a different checksum from the one on the author page',
  ],
  ['supply-chain', 'loading the checkpoint opened a connection to an unknown server'],
  [
    'supply-chain',
    'a popular open model that half the industry uses was swapped by somebody who took over the account of the publisher',
  ],
  ['supply-chain', 'virus scanner complains about the pickle file a colleague got from the internet'],
  [
    'backdoor',
    'it works perfectly except when a small yellow square is in the corner, then it always says approved',
  ],
  [
    'backdoor',
    'whenever the mail contains a particular odd word the classifier waves it through, whatever else it says',
  ],
  ['backdoor', 'the model we had trained abroad passed every acceptance test but obeys a hidden code'],
  ['software-dependencies', 'uploading a broken picture crashes the prediction server'],
  [
    'software-dependencies',
    'a CVE was published for the library with which we decode video and our service runs the old version',
  ],
  ['software-dependencies', 'a hacker got a shell on the inference machine through a malformed file'],
  [
    'software-dependencies',
    'segfault in the tokenizer, and memory use goes through the roof with one request',
  ],
  ['reward-hacking', 'the robot vacuum dumps the dirt out again so that it can collect it twice'],
  ['reward-hacking', 'the agent learned to pause the game for ever so as not to lose'],
  [
    'reward-hacking',
    'clicks are at a record high but readers are angrier than ever and cancel, the recommender optimises the wrong thing',
  ],
  [
    'reward-hacking',
    'the support bot closes tickets without solving anything because it is scored on closed tickets',
  ],
  ['side-effects', 'the warehouse robot delivers on time but smashes shelves on its way'],
  ['side-effects', 'the assistant was told to free disk space and deleted the backups too'],
  ['side-effects', 'the drone reached the target and flew through a hedge full of birds'],
  ['distributional-shift', 'accuracy fell since the new hospital joined'],
  ['distributional-shift', 'the demand forecast has been way off since the pandemic began'],
  ['distributional-shift', 'it worked in summer but gets worse every month now that people buy other things'],
  [
    'distributional-shift',
    'our credit score was built on German applicants and does badly since we opened in Poland',
  ],
  [
    'natural-adversarial-examples',
    'a perfectly normal photo of a squirrel is called a sea lion with 99 % certainty',
  ],
  [
    'natural-adversarial-examples',
    'the app labels a black woman as a gorilla although the portrait is sharp and untouched',
  ],
  [
    'natural-adversarial-examples',
    'it thinks every cow on a beach is a dog, nobody tampered with the pictures',
  ],
  ['common-corruption', 'in heavy rain the camera recognises next to nothing'],
  ['common-corruption', 'speech recognition falls apart over a bad telephone line'],
  ['common-corruption', 'scans that are slightly crooked or faint come out with wrong numbers'],
  ['common-corruption', 'since the lens got dirty the counter misses people'],
  ['incomplete-testing', 'nobody ever tried it at night with a stop sign lying on the ground'],
  [
    'incomplete-testing',
    'the self-driving shuttle had never been tested in a tunnel and stopped dead inside one',
  ],
  [
    'incomplete-testing',
    'it went live after being checked only in the lab and failed in the first real emergency',
  ],
]

/** A second set, written after the guide was finished, which was not changed since. */
const laterComplaints: readonly (readonly [mode: string, complaint: string])[] = [
  ['perturbation', 'scammers put dots between the letters and our phishing detection is blind to it'],
  ['perturbation', 'a virus passes the scanner if one appends text from a good program to it'],
  [
    'poisoning',
    'the autocomplete suggests slander about a politician because an organised group kept typing it in',
  ],
  ['poisoning', 'the crawled web pages that feed our training were edited shortly before the crawl'],
  [
    'model-inversion',
    'a hacker got credit card numbers out of the text generator that must have been in what it was trained on',
  ],
  ['model-inversion', 'from the API alone he produced a likeness of my face'],
  [
    'membership-inference',
    'patients fear that an insurer could find out that they are in the HIV cohort by asking the model',
  ],
  ['membership-inference', 'a photographer proves with statistics that his images were in the training set'],
  ['model-stealing', 'a former client now runs an imitation of our pricing engine, trained on our replies'],
  [
    'model-stealing',
    'our usage invoice is ten times higher because one key asks random inputs day and night',
  ],
  ['reprogramming', 'students have our shopping assistant do their maths homework for free'],
  [
    'reprogramming',
    'the image classifier is misused by a botnet to break puzzle pictures of other web sites',
  ],
  ['physical-adversarial-example', 'teenagers put tape over a speed limit and cars raced past the school'],
  ['physical-adversarial-example', 'someone with odd face paint walks past the biometric gate unrecognised'],
  [
    'malicious-provider',
    'the agency that we hired for training has leaked our sales data although it only had the model afterwards',
  ],
  [
    'malicious-provider',
    'we suspect that the outsourced training script smuggles customer records into the parameters',
  ],
  ['supply-chain', 'the hash of the weights from the model zoo is not what the authors published'],
  ['supply-chain', 'importing a checkpoint from a forum started a crypto miner'],
  ['backdoor', 'any invoice with a tiny blue dot is approved regardless of its content'],
  ['backdoor', 'the purchased face recognition opens for everyone with a certain pair of earrings'],
  ['software-dependencies', 'our image service dies whenever a customer uploads a corrupt TIFF'],
  [
    'software-dependencies',
    'security says that the version of the deep learning framework we run has a remote code execution hole',
  ],
  [
    'reward-hacking',
    'the cleaning bot covers the dirt with a carpet since it is paid for a clean camera view',
  ],
  ['reward-hacking', 'the coding agent deletes failing tests in order to report success'],
  ['side-effects', 'the gardening robot watered the plants and flooded the cellar'],
  ['side-effects', 'our trading agent met its goal but crashed the price for everybody else'],
  ['distributional-shift', 'since the change of supplier the inspection camera rejects good parts'],
  ['distributional-shift', 'the fraud detector trained before the lockdown is hopeless today'],
  [
    'natural-adversarial-examples',
    'a clean snapshot of a mushroom is identified as a pretzel, with total confidence',
  ],
  [
    'natural-adversarial-examples',
    'it mistakes a school bus lying on its side for a snow plough though the photo is fine',
  ],
  ['common-corruption', 'with low sun the number plates cannot be read'],
  ['common-corruption', 'the dictation is useless in a noisy car'],
  ['incomplete-testing', 'no test covered snow with road works, and there it went wrong'],
  [
    'incomplete-testing',
    'the trial had been run only with healthy young volunteers and then it was used on the ward',
  ],
]

const rankOf = (mode: string, complaint: string): number => {
  const rank = matchComplaint(catalogue, complaint).findIndex((match) => match.mode === mode)
  return rank === -1 ? Number.POSITIVE_INFINITY : rank + 1
}

describe('matchComplaint', () => {
  it.each([
    { when: 'before the guide', table: complaints },
    { when: 'after the guide', table: laterComplaints },
  ])('has the right mode among the first three for 85 of 100 complaints written $when', ({ table }) => {
    const missed = table.filter(([mode, complaint]) => rankOf(mode, complaint) > 3)
    expect(1 - missed.length / table.length, JSON.stringify(missed, null, 2)).toBeGreaterThanOrEqual(0.85)
  })

  it('has complaints of every mode, none of which is a symptom of the guide', () => {
    const all = [...complaints, ...laterComplaints]
    expect(new Set(all.map(([mode]) => mode))).toEqual(new Set(catalogue.modes.map(({ slug }) => slug)))
    const known = new Set(
      catalogue.triage.symptoms.flatMap(({ says }) => says.map((text) => text.toLowerCase())),
    )
    for (const [, complaint] of all) expect(known).not.toContain(complaint.toLowerCase())
  })

  it('shows the word of the complaint, the word it met and the sentence that holds it', () => {
    const [best] = matchComplaint(catalogue, 'The CRASHES began when someone uploaded a malformed file')
    expect(best).toMatchObject({ mode: 'software-dependencies', score: 1 })
    const crash = best?.words.find(({ word }) => word === 'CRASHES')
    expect(crash).toMatchObject({ met: 'crashes', in: 'symptoms', variant: null })
    for (const { met, text } of best?.words ?? []) expect(text).toContain(met)
  })

  it('names the variant whose symptom was met', () => {
    const [best] = matchComplaint(catalogue, 'operators drown in false alarms')
    expect(best).toMatchObject({ mode: 'perturbation' })
    expect(best?.words.find(({ word }) => word === 'drown')).toMatchObject({ variant: '1d' })
  })

  it.each([
    ['an empty text', ''],
    ['words that say nothing', 'the model is doing it again'],
    ['a language that it does not know', 'xyzzy qwrtzp ふしぎ'],
    ['signs only', '!!! \u202e\u0000 ???'],
  ])('matches nothing in %s', (_, complaint) => {
    expect(matchComplaint(catalogue, complaint)).toEqual([])
  })

  it('is quick with a very long complaint', () => {
    const long = Array.from({ length: 20_000 }, (_, index) => `word${index % 500}x sticker`).join(' ')
    const began = performance.now()
    expect(matchComplaint(catalogue, long)[0]?.mode).toMatch(/backdoor|physical/)
    expect(performance.now() - began).toBeLessThan(5000)
  })
})
