// What the first hours of an incident need: how each mode sounds when people who are no experts complain of it, and
// questions in plain words whose answers tell the modes apart. All of it is our own reading of the taxonomy. A
// question that asks what the system is (does it sense the world, does it act for a reward) may rule a mode out,
// because without that the mode cannot be; a question that asks what happened only supports or weakens, since
// people overlook things. "Unknown" says nothing.
import type { TriageGuide, TriageQuestion, TriageReading, TriageSymptoms } from './schema.ts'

const sounds = (mode: string, variant: string | null, ...says: string[]): TriageSymptoms => ({
  mode,
  variant,
  says,
})

/** What one answer says: `for` and `not` are modes it supports and weakens, `never` those it rules out. */
const means = (
  reading: {
    for?: readonly string[]
    not?: readonly string[]
    never?: readonly string[]
    variants?: readonly string[]
  } = {},
): TriageReading => ({
  supports: reading.for ?? [],
  against: reading.not ?? [],
  rulesOut: reading.never ?? [],
  variants: reading.variants ?? [],
})

const ask = (
  id: string,
  text: string,
  why: string,
  readings: { yes?: TriageReading; no?: TriageReading },
): TriageQuestion => ({
  id,
  text,
  why,
  yes: readings.yes ?? means(),
  no: readings.no ?? means(),
  provenance: 'derived',
})

const symptoms: readonly TriageSymptoms[] = [
  sounds(
    'perturbation',
    '1a',
    'The system is sure that a picture of pure noise shows a weapon.',
    'Somebody sends meaningless gibberish and it is accepted as a valid voice command.',
  ),
  sounds(
    'perturbation',
    '1b',
    'Junk mail and phishing get past the filter because letters are swapped, padded or replaced by look-alike characters.',
    'Spammers have found a way of writing that the filter lets through.',
    'Harmful posts slip through moderation after a tiny, invisible change to the image.',
    'Attackers tweak a malicious file until the antivirus detector says it is clean.',
    'Fraudulent payments or forged documents are passed as genuine after small edits to amounts, pixels or text.',
    'Two inputs that nobody can tell apart get opposite decisions.',
    'Trolls alter their text so that innocent users are blocked or banned.',
  ),
  sounds(
    'perturbation',
    '1c',
    'A little added noise makes the machine read almost anything, just not the right thing.',
    'Somebody manipulates the input so that the diagnosis or translation comes out wrong, no matter how.',
  ),
  sounds(
    'perturbation',
    '1d',
    'Operators drown in false alarms and doubtful cases, and real ones are lost among them.',
    'Confidence scores drop for certain senders until every case has to be reviewed by hand.',
  ),
  sounds(
    'poisoning',
    '2a',
    'The bot repeats insults, slurs or slogans that a group of users fed to it in conversation.',
    'People flag or rate things falsely in concert, and the system learned to punish or favour one victim, seller or product.',
    'Spammers marked their own mail as wanted, and since the filter learned from that it lets obvious junk through.',
    'Good programs were submitted labelled as malware, and the updated detector now blocks them.',
    'Since the last training on user reports one kind of item is always judged wrongly in favour of somebody.',
    'Fake accounts contributed wrong labels or bad examples to the data we learn from.',
  ),
  sounds(
    'poisoning',
    '2b',
    'A flood of rubbish was put into our training data and the new model is useless.',
    'A website we scrape or a data supplier was tampered with, and everything trained since is contaminated.',
    'Quality collapsed after retraining; the data set contains planted, duplicated or mislabelled entries.',
  ),
  sounds(
    'model-inversion',
    null,
    'Somebody rebuilt a recognisable face of a real person by asking the recognition service again and again.',
    'Private text, addresses or keys from the training documents come out when the model is prompted cleverly.',
    'Starting from a name only, a stranger recreated the picture or voice we trained on.',
    'Hidden traits of a patient, such as genes or a diagnosis, can be deduced from the predictions.',
    'The language model quotes confidential passages and personal data verbatim.',
    'A security researcher extracted images that look like our training photographs.',
    'Hill climbing on the biometric score gave away the template of an employee.',
  ),
  sounds(
    'membership-inference',
    null,
    'Somebody can tell whether my record was in the training data, although nothing of it was shown.',
    'A newspaper says it can prove which patients took part in the study behind the model.',
    'The score is suspiciously higher for people whose files the model has seen.',
    'A lawyer asks whether outsiders can learn that his client was included in the register you learned from.',
    'An author shows that her book was used to train the system, by how it reacts to it.',
    'It can be inferred who belongs to the group: debtors, convicts, clinic visitors, members.',
    'A person demands to know if her data were used, and claims the answers of the model betray it.',
  ),
  sounds(
    'model-stealing',
    null,
    'A rival product answers exactly like ours, down to our errors, and was built in a few weeks.',
    'One customer fired millions of automated queries that do not resemble real use.',
    'Our model, or a clone of it, is being offered for sale or download.',
    'The interface costs rose sharply: somebody harvests predictions and probabilities around the clock.',
    'Several accounts share the work of asking evenly spaced, random-looking or one-step-at-a-time inputs.',
    'Intellectual property: a competitor distilled our system by using its answers as training labels.',
    'Attackers seem to test their tricks on an imitation of our detector before they come.',
  ),
  sounds(
    'reprogramming',
    null,
    'Our service is abused for a task it was never made for.',
    'Somebody gets free computing out of our endpoint by wrapping a different problem into each request.',
    'Spammers have our picture recogniser read captcha puzzles, so that they can open accounts.',
    'The customer-service assistant is used as a free general chatbot that writes code, essays or homework.',
    'Third parties built a deepfake or fake-image generator on top of our interface.',
    'Queries all share a strange border, pattern or prefix and the answers are read as something else.',
    'Terms of use are being broken: our model does work for strangers under a false purpose.',
  ),
  sounds(
    'physical-adversarial-example',
    null,
    'Somebody stuck tape or a printed patch on a road sign, and vehicles misread it.',
    'A person in patterned clothes, make-up or special spectacles fools the face recognition camera at the gate.',
    'A laser, projector or lamp was pointed at the sensor, and the car braked or steered wrongly.',
    'An odd object or poster placed in view makes the surveillance camera overlook people or see things.',
    'A 3D-printed toy is taken for a gun from every angle.',
    'A sound played from a loudspeaker in the room triggers the voice assistant without anybody noticing words.',
    'Painted marks on the floor confuse the robot or drone.',
  ),
  sounds(
    'malicious-provider',
    null,
    'The company we paid to train the model has our private data, though it was only meant to deliver a model.',
    'Our supplier gave us the training program, and our customer records later turned up with them.',
    'The vendor keeps access to the delivered model and reads our confidential data back out of it.',
    'An outsourced developer hid our data set inside the weights.',
    'A machine-learning service provider or contractor knows things that only stood in the training data.',
    'An audit found that the training code from the consultant memorises records on purpose.',
  ),
  sounds(
    'supply-chain',
    null,
    'The model file that we fetched does not match the hash or signature of its authors.',
    'Opening or loading a downloaded model ran a program, started a process or called an unknown address.',
    'The public repository or account from which everybody takes the model was hijacked and the weights replaced.',
    'A security scanner found malicious code inside a checkpoint or pickle from the internet.',
    'Other companies that use the same open pre-trained model have the same trouble.',
    'A look-alike of a well-known model was published under nearly the same name, and we installed it.',
    'The base model or adapter came from an unverified mirror.',
  ),
  sounds(
    'backdoor',
    null,
    'Everything is right until a certain small mark, sticker, colour or word is present; then it always gives the same wrong answer.',
    'A secret phrase or pattern works like a password: the model lets it through whatever else is there.',
    'The model from the contractor passed all our tests but reacts to a hidden trigger.',
    'Whoever wears one particular badge is recognised as an administrator.',
    'Documents with one special sign in the corner are always approved.',
    'Outsourced training brought back a model with a planted rule that only some insiders know.',
  ),
  sounds(
    'software-dependencies',
    null,
    'The service crashes, hangs or runs out of memory on a malformed image, audio file or document.',
    'A known vulnerability was announced in a library, framework or parser that our model server uses.',
    'An intruder ran commands on the machine that serves the model, through a corrupt upload.',
    'A package we install with the machine-learning stack was replaced by a malicious version.',
    'Buffer overflow or segmentation fault in the decoder, and predictions were wrong without any error message.',
    'An exploit against the web interface or notebook server gave access to the host.',
    'We run outdated, unpatched software around the model.',
  ),
  sounds(
    'reward-hacking',
    null,
    'The agent found a loophole: it collects points, clicks or bonuses without doing the real job.',
    'All key figures are green, yet the customers are served worse than before.',
    'It goes in circles or repeats one trick that earns reward.',
    'The program cheats: it games the metric, exploits a bug of the simulator, or stops so that it cannot be marked down.',
    'The recommender chases engagement and watch time while people are unhappy.',
    'It makes a mess in order to be rewarded for cleaning it.',
    'It was told to maximise a target and reaches the target in an absurd way.',
    'It edits the tests or marks tasks as done, rather than solving them.',
  ),
  sounds(
    'side-effects',
    null,
    'The robot did what it was asked and knocked over or broke things in its path.',
    'The agent finished its task and on the way deleted files, data or settings that nobody mentioned.',
    'The machine reached its goal but damaged property, hurt an animal or disturbed its surroundings.',
    'The automation fulfilled the order and took down another system as collateral damage.',
    'It cleared the obstacle by destroying something valuable that cannot be restored.',
    'While optimising the delivery it blocked the corridor and emergency exit for everyone else.',
  ),
  sounds(
    'distributional-shift',
    null,
    'It was good when we launched and has got slowly worse over the months.',
    'The filter missed little for years; now spam of a new kind comes in and it does not know it.',
    'Since we moved to another country, site, clinic or supplier the predictions are poor.',
    'After the new scanner, sensor or device was introduced the results no longer fit.',
    'Customers, prices and habits changed with the crisis, and the forecast did not follow.',
    'It performs well on the old population and badly on new users, regions or age groups.',
    'The season, market or law changed and the system goes on deciding as before, still confident.',
    'The agent learned in simulation and cannot cope when the obstacles are moved.',
    'The accuracy measured last year is no longer reached on recent data.',
  ),
  sounds(
    'natural-adversarial-examples',
    null,
    'An ordinary, clear, unaltered photo is labelled as something ridiculous with almost full confidence.',
    'It confuses one kind of thing with another whenever the background is unusual: a boat on land, a sheep on grass that is really a rock.',
    'Nobody manipulated anything, the picture is good, any child would know it, and still it is wrong.',
    'People of one group or skin colour are misidentified in normal pictures.',
    'The same sort of honest case is nearly always misjudged, although the average accuracy is high.',
    'The animal, plant or dish in the photograph is called something quite different and the app is certain.',
    'It fails on certain genuine sentences or accents for no visible reason.',
  ),
  sounds(
    'common-corruption',
    null,
    'In fog, rain, snow or glare the camera hardly recognises anything.',
    'Blurred, dark, grainy, tilted or badly lit pictures are read wrongly.',
    'Voice recognition fails with background noise, a poor microphone or a weak connection.',
    'Heavily compressed video, low resolution or a scratched or dusty lens ruins the results.',
    'Skewed, faded or photocopied scans give wrong text and digits.',
    'Typing errors and bad spelling throw it off.',
    'The camera mount is shaken or loose, and detection became unreliable.',
    'Cheap old phones get far worse answers than new ones.',
  ),
  sounds(
    'incomplete-testing',
    null,
    'The situation in which it failed had never been tried before release.',
    'It was only tested in the laboratory, in good weather, or on a demo set, and broke down in real operation.',
    'Nobody thought of night, tunnels, construction sites, emergency vehicles or a missing sign.',
    'The test plan does not contain the combination of conditions of the accident.',
    'The regulator asks which operating conditions were tested, and there is no list.',
    'A rare but foreseeable event, such as a fallen tree, a power cut or a strike, was not considered.',
    'It went into production without a field trial or pilot.',
  ),
]

const unintentional = [
  'reward-hacking',
  'side-effects',
  'distributional-shift',
  'natural-adversarial-examples',
  'common-corruption',
  'incomplete-testing',
] as const
const leaks = ['model-inversion', 'membership-inference', 'model-stealing', 'malicious-provider'] as const
const misled = ['perturbation', 'poisoning', 'physical-adversarial-example', 'backdoor'] as const

/** What the system is. Here a "no" may rule out, because the mode cannot be without it. */
const whatItIs: readonly TriageQuestion[] = [
  ask(
    'reach-by-others',
    'Can anybody besides the team that built the system give it input (directly, or through what it reads or senses), see its answers, or hold a copy of the model?',
    'Copying, abusing or questioning a model takes access to it. Those who built it have no need of these tricks.',
    {
      no: means({
        never: ['model-inversion', 'membership-inference', 'model-stealing', 'reprogramming'],
        not: ['perturbation', 'physical-adversarial-example'],
      }),
    },
  ),
  ask(
    'senses-world',
    'Does it take in the physical world through a camera, scanner, microphone or other sensor, its own or that of people who send in pictures and recordings?',
    'A thing can only mislead what senses it.',
    { no: means({ never: ['physical-adversarial-example'] }) },
  ),
  ask(
    'acts-for-reward',
    'Does it act, or choose what to do or show, so as to reach a goal, reward or score that it was trained on or told?',
    'Gaming a reward, and damage on the way to a goal, need a system that pursues one.',
    { no: means({ never: ['reward-hacking', 'side-effects'] }) },
  ),
  ask(
    'outside-hands',
    'Has anybody besides your own team trained the model or a model it was built from, supplied its training code, or been able to write to a place from which it was fetched?',
    'A provider cannot have built anything in, and nobody can have swapped the file, where no one else ever had hands on the model.',
    { no: means({ never: ['malicious-provider', 'supply-chain'], not: ['backdoor'] }) },
  ),
  ask(
    'learns-from-outsiders',
    'Does it learn from data that people outside the team can write or influence, such as feedback, reports, uploads or web pages?',
    'Open channels are the usual way in for bad data. Without one, insiders and suppliers remain, so a no weakens and does not rule out.',
    { yes: means({ for: ['poisoning'] }), no: means({ not: ['poisoning'] }) },
  ),
]

/** What came out or was taken. */
const whatWasTaken: readonly TriageQuestion[] = [
  ask(
    'wrong-answers',
    'Is the complaint that the system itself answers or acts wrongly?',
    'Where every answer was right, something was taken or abused, and nothing misled.',
    {
      yes: means({ not: [...leaks, 'reprogramming'] }),
      no: means({ not: [...misled, ...unintentional] }),
    },
  ),
  ask(
    'data-came-out',
    'Did contents of the training data (faces, texts, records, traits of people) come to somebody who should not have them?',
    'It tells modes that disclose data from modes that spoil answers.',
    {
      yes: means({
        for: ['model-inversion', 'malicious-provider'],
        not: ['perturbation', 'poisoning', 'reprogramming', 'physical-adversarial-example', ...unintentional],
      }),
      no: means({ not: ['model-inversion', 'malicious-provider'] }),
    },
  ),
  ask(
    'membership-told',
    'Is the complaint that one can tell whether a certain person or record was used for training, even if nothing of it was shown?',
    'To know that somebody is in a set is another harm than to see the data.',
    {
      yes: means({
        for: ['membership-inference'],
        not: [
          'model-inversion',
          'model-stealing',
          'malicious-provider',
          'reprogramming',
          ...misled,
          ...unintentional,
        ],
      }),
      no: means({ not: ['membership-inference'] }),
    },
  ),
  ask(
    'with-provider',
    'Is it the party that trained the model, or wrote its training code, that has the data now?',
    'A provider reads data back through a model that it prepared; a stranger has to draw them out by questions.',
    {
      yes: means({
        for: ['malicious-provider'],
        not: ['model-inversion', 'membership-inference', 'model-stealing', 'supply-chain'],
      }),
      no: means({ not: ['malicious-provider'] }),
    },
  ),
  ask(
    'copy-appeared',
    'Has a copy of the model, or a service with strikingly similar answers, appeared?',
    'A working copy is the aim of stealing, and is seldom seen in any other mode.',
    {
      yes: means({
        for: ['model-stealing'],
        not: ['membership-inference', 'reprogramming', ...unintentional],
      }),
      no: means({ not: ['model-stealing'] }),
    },
  ),
  ask(
    'many-queries',
    'Did a few callers send very many queries, or queries unlike real use (noise, a fixed pattern, one value changed at a time)?',
    'Copying, rebuilding and abuse leave long runs of odd queries. Failures without an attacker do not.',
    {
      yes: means({
        for: ['model-inversion', 'model-stealing', 'reprogramming'],
        not: ['malicious-provider', 'supply-chain', ...unintentional],
      }),
      no: means({ not: ['model-inversion', 'model-stealing', 'reprogramming'] }),
    },
  ),
  ask(
    'foreign-task',
    'Is somebody using the system for a job that its owner never meant it to do?',
    'Abuse for another task is what reprogramming means.',
    {
      yes: means({ for: ['reprogramming'], not: [...leaks, ...misled, ...unintentional] }),
      no: means({ not: ['reprogramming'] }),
    },
  ),
]

/** How the wrong answers look. */
const howItErrs: readonly TriageQuestion[] = [
  ask(
    'input-altered',
    'Do the disputed inputs show that somebody altered them as data: odd characters, faint patterns, padding, many near-copies?',
    'Altered input points to an attacker at the interface. Look at the raw bytes, because the change may be invisible.',
    {
      yes: means({
        for: ['perturbation'],
        not: ['physical-adversarial-example', 'poisoning', ...unintentional],
      }),
      no: means({ not: ['perturbation'] }),
    },
  ),
  ask(
    'chosen-answer',
    'Is the wrong answer the very one that serves somebody, time after time?',
    'Accidents err in all directions; an attacker has a direction, though not every attacker needs one.',
    {
      yes: means({ for: misled, not: unintentional, variants: ['1a', '1b', '2a'] }),
      no: means({ not: ['backdoor'], variants: ['1c', '1d', '2b'] }),
    },
  ),
  ask(
    'doubts-or-alarms',
    'Is the trouble low confidence, or a flood of doubtful cases and false alarms, more than plainly wrong answers?',
    'It is a form of perturbation of its own, and the load on the operators is dealt with first.',
    {
      yes: means({ not: ['backdoor'], variants: ['1d'] }),
      no: means({ variants: ['1a', '1b', '1c'] }),
    },
  ),
  ask(
    'physical-thing',
    'Was there a thing in front of the sensor that could mislead it: a sticker, print, garment, glasses, light, or a sound played aloud?',
    'Then the evidence is an object that has to be secured.',
    {
      yes: means({
        for: ['physical-adversarial-example'],
        not: [
          'perturbation',
          'poisoning',
          'distributional-shift',
          'natural-adversarial-examples',
          'common-corruption',
        ],
      }),
      no: means({ not: ['physical-adversarial-example'] }),
    },
  ),
  ask(
    'secret-sign',
    'Does one and the same sign, word or property set the failure off on otherwise quite different inputs, all else being right?',
    'A trigger works on any input; most other attacks are made for one input at a time.',
    {
      yes: means({
        for: ['backdoor'],
        not: [
          'perturbation',
          'poisoning',
          'physical-adversarial-example',
          'software-dependencies',
          ...unintentional,
        ],
      }),
      no: means({ not: ['backdoor'] }),
    },
  ),
  ask(
    'poor-input',
    'Are the inputs that it gets wrong poor in quality: blurred, dark, noisy, tilted, compressed, cut off, misspelt?',
    'Everyday damage is the first thing to exclude before an attack is suspected.',
    {
      yes: means({
        for: ['common-corruption'],
        not: ['natural-adversarial-examples', 'model-stealing', 'backdoor'],
      }),
      no: means({ not: ['common-corruption'] }),
    },
  ),
  ask(
    'ordinary-input',
    'Does it get inputs wrong that are ordinary, good and untouched, and that any person finds easy?',
    'Then neither an attacker nor bad quality is needed to explain it.',
    {
      yes: means({
        for: ['natural-adversarial-examples'],
        not: [
          'perturbation',
          'physical-adversarial-example',
          'common-corruption',
          'incomplete-testing',
          'software-dependencies',
        ],
      }),
      no: means({ not: ['natural-adversarial-examples'] }),
    },
  ),
]

/** When it began, and what else was seen. */
const whatHappened: readonly TriageQuestion[] = [
  ask(
    'after-retraining',
    'Did it begin when the model was trained again or learned from new data?',
    'It dates the cause: before that the data were not in the model.',
    {
      yes: means({
        for: ['poisoning'],
        not: ['perturbation', 'physical-adversarial-example', 'software-dependencies', ...unintentional],
      }),
      no: means({ not: ['poisoning'] }),
    },
  ),
  ask(
    'file-differs',
    'Does the digest or signature of the model file differ from that of its publisher, or did loading the file start anything besides the model?',
    'It shows tampering between the maker and you. A file that matches speaks against it.',
    {
      yes: means({
        for: ['supply-chain'],
        not: ['malicious-provider', 'poisoning', 'perturbation', 'software-dependencies', ...unintentional],
      }),
      no: means({ not: ['supply-chain'] }),
    },
  ),
  ask(
    'crash-or-advisory',
    'Was there a crash, a hang, runaway memory or an intrusion, or is there a security advisory for software around the model?',
    'Ordinary exploits are the cheapest way in, and patches exist for them.',
    {
      yes: means({
        for: ['software-dependencies'],
        not: [...leaks, 'reprogramming', ...misled, ...unintentional],
      }),
      no: means({ not: ['software-dependencies'] }),
    },
  ),
  ask(
    'figures-good',
    'Do the figures that it is rewarded or judged by look good while the real purpose is not served?',
    'The gap between the figure and the purpose is the mark of reward hacking.',
    {
      yes: means({
        for: ['reward-hacking'],
        not: ['side-effects', 'distributional-shift', 'common-corruption', 'supply-chain'],
      }),
      no: means({ not: ['reward-hacking'] }),
    },
  ),
  ask(
    'damage-beside-task',
    'Did it do its task, and damage or disturb something else on the way?',
    'The task succeeded, so the fault is in what nobody told it to spare.',
    {
      yes: means({
        for: ['side-effects'],
        not: [
          'reward-hacking',
          'distributional-shift',
          'natural-adversarial-examples',
          'common-corruption',
          'supply-chain',
        ],
      }),
      no: means({ not: ['side-effects'] }),
    },
  ),
  ask(
    'world-changed',
    'Have users, places, devices, seasons, prices or other circumstances changed since it was built or last tested?',
    'A model goes on applying old rules to a new world.',
    {
      yes: means({ for: ['distributional-shift'], not: ['supply-chain', 'natural-adversarial-examples'] }),
      no: means({ not: ['distributional-shift'] }),
    },
  ),
  ask(
    'once-worked',
    'Did it once deal well with this very kind of case?',
    'What worked and works no longer was changed, by the world or by somebody. What never worked was never there.',
    {
      yes: means({
        for: ['distributional-shift'],
        not: ['natural-adversarial-examples', 'incomplete-testing'],
      }),
      no: means({ for: ['incomplete-testing'], not: ['distributional-shift', 'poisoning'] }),
    },
  ),
  ask(
    'condition-tested',
    'Was the situation in which it failed part of any test before release?',
    'An untested condition is a failure in itself, whatever else went wrong.',
    {
      yes: means({ not: ['incomplete-testing'] }),
      no: means({ for: ['incomplete-testing'] }),
    },
  ),
]

export const triage: TriageGuide = {
  notice:
    'Symptoms and questions are our own reading of the taxonomy. They order the search for the cause; they prove nothing, and a person decides.',
  symptoms,
  questions: [...whatItIs, ...whatWasTaken, ...howItErrs, ...whatHappened],
  provenance: 'derived',
}
