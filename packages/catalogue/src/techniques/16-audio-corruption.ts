// Everyday damage to sound, by the names of the audio corruptions of the common-corruption probe. The strengths are this
// product's own. The benchmark cited gathers such damage for speech recognition with strengths of its own, so figures do
// not compare.
import type { TechniqueInput } from '../schema.ts'
import { arxiv } from './paper.ts'

const stress = { kind: 'stress', modes: ['common-corruption'], access: 'label' } as const

const speechRobustBenchPaper = arxiv(
  '2403.07937',
  'Shah et al. "Speech Robust Bench: A robustness benchmark for speech recognition." 2024.',
)

interface Damage {
  readonly id: string
  readonly name: string
  readonly aliases?: readonly string[]
  /** The formula, for engineers, at least two sentences. */
  readonly formula: string
  /** What causes it in service, and where to look. */
  readonly trace: string
  /** What one would hear, and what a drop means. */
  readonly means: string
  readonly limits: string
}

const damage = ({ id, name, aliases = [], formula, trace, means, limits }: Damage): TechniqueInput => ({
  ...stress,
  id,
  name,
  aliases,
  goal: `Loss of accuracy under ${name}, in five strengths.`,
  say: {
    engineer: formula,
    responder: `${trace} Keep the recording as it was received, without another conversion.`,
    policy: means,
  },
  limits,
  source: speechRobustBenchPaper,
})

const coloured = (
  id: string,
  {
    slope,
    trace,
    sounds,
    aliases = [],
  }: {
    readonly slope: string
    readonly trace: string
    readonly sounds: string
    readonly aliases?: readonly string[]
  },
): TechniqueInput =>
  damage({
    id,
    name: id.replace('-', ' '),
    aliases,
    formula: `Adds Gaussian noise whose power ${slope}, at exactly 20, 15, 10, 5 and 0 dB below the sound. The ratio is taken over the whole recording, pauses included.`,
    trace,
    means: `${sounds} A drop means that people who call from such places are served worse.`,
    limits:
      'Noise of an even colour is easier than a street or a second voice; and equal decibels of two colours are not equally loud to the ear.',
  })

export const audioCorruption: readonly TechniqueInput[] = [
  coloured('white-noise', {
    slope: 'is the same at all frequencies',
    trace: 'Cheap microphones and long cables hiss like this; compare devices.',
    sounds: 'It sounds like a radio between stations.',
  }),
  coloured('pink-noise', {
    slope: 'falls by 3 dB an octave',
    aliases: ['1/f noise'],
    trace: 'Rain, fans and the murmur of many rooms are near it; compare places.',
    sounds: 'It sounds like steady rain.',
  }),
  coloured('brown-noise', {
    slope: 'falls by 6 dB an octave',
    aliases: ['red noise', 'Brownian noise'],
    trace: 'Wind, engines and traffic through a wall rumble like this; look at calls from vehicles.',
    sounds: 'It sounds like a distant waterfall or an engine.',
  }),
  coloured('blue-noise', {
    slope: 'rises by 3 dB an octave',
    trace: 'Converters with little resolution leave such noise; look at devices and settings of recording.',
    sounds: 'It is a sharp hiss.',
  }),
  coloured('violet-noise', {
    slope: 'rises by 6 dB an octave',
    aliases: ['purple noise'],
    trace: 'It is what differencing leaves of white noise, so look for filters that lift the highs too far.',
    sounds: 'It is a hiss so high that older people hardly hear it.',
  }),
  damage({
    id: 'reverberation',
    name: 'reverberation',
    aliases: ['room echo', 'reverb'],
    formula:
      'Convolves with a direct sound followed by exponentially decaying noise, from 0.2 s to 2 s for a fall of 60 dB, with more echo the longer it is. There are no early reflections and one decay for all frequencies.',
    trace: 'Errors that come with one room, or with speaking from afar, point here.',
    means:
      'The voice sounds as in a bathroom, a hall or a church. A drop means that the system works at the desk and not across the room.',
    limits: 'No real room decays like this; measured responses of your own rooms are the better test.',
  }),
  damage({
    id: 'clipping',
    name: 'clipping',
    aliases: ['overdriven recording'],
    formula:
      'Cuts the highest peaks flat, from 1 to 30 per cent of the samples. The level is chosen by the share, so that loudness of the file plays no part.',
    trace: 'Look for runs of equal samples at full scale and for a gain that was turned up.',
    means:
      'Loud voices sound harsh and torn. A drop means that people who shout, as in an emergency, are understood worst.',
    limits: 'Recorders with a limiter do not clip like this.',
  }),
  damage({
    id: 'mu-law',
    name: 'mu-law coding',
    aliases: ['companding', 'G.711'],
    formula:
      'Bends each sample by the mu-law and keeps 8 to 4 bits. Eight bits is what telephones use; the smooth law stands for their law of straight pieces, and bandwidth is left alone.',
    trace: 'See which codec the line used and whether errors began when it was changed.',
    means:
      'At few bits the sound is grainy. A drop means that callers on plain telephones are served worse than users of the app.',
    limits:
      'Fewer than eight bits occur nowhere today; the higher strengths stand for bad coding in general.',
  }),
  damage({
    id: 'low-bit-rate',
    name: 'imitated low bit rate',
    aliases: ['codec artefacts'],
    formula:
      'Rounds each frequency band of short frames in proportion to its own level and cuts off the highs. It counts no bits and is none of the codecs in use.',
    trace:
      'Messengers and poor connections lower the rate without notice; ask for their statistics of the call.',
    means:
      'The voice is dull and seems to twitter under water. A drop means that people with poor connections are served worse.',
    limits:
      'It is an imitation: pass your recordings through the real codec before you conclude anything about it.',
  }),
  damage({
    id: 'low-pass',
    name: 'missing high frequencies',
    aliases: ['low-pass filter', 'telephone band'],
    formula:
      'Removes what lies above 6 kHz down to 1 kHz by a windowed sinc without delay. The filter is 6 dB down at the cutoff and 70 dB a tenth beyond it.',
    trace:
      'Telephones, masks and hands before the microphone take highs away; look at a spectrum of a bad case.',
    means:
      'Voices sound muffled. A drop means that the way a call is made decides how well it is understood.',
    limits: 'A model made for the telephone never had these highs, so that no drop there proves little.',
  }),
  damage({
    id: 'high-pass',
    name: 'missing low frequencies',
    aliases: ['high-pass filter'],
    formula:
      'Removes what lies below 100 Hz up to 1.2 kHz by a windowed sinc without delay. The filter is 6 dB down at the cutoff and 70 dB a tenth below it.',
    trace: 'Small loudspeakers and wind filters take lows away; look at a spectrum of a bad case.',
    means: 'Voices sound thin, as from a small radio. A drop falls hardest on deep voices.',
    limits: 'Much of what is removed says little about words, so that resistance here is easily had.',
  }),
  damage({
    id: 'speed',
    name: 'changed speed',
    aliases: ['speed perturbation', 'resampling'],
    formula:
      'Plays the sound 5 to 30 per cent faster or slower, so that pitch and length change together. Samples are interpolated by a windowed sinc, narrowed so that nothing folds back.',
    trace: 'A wrong sampling rate in a file header does this to all recordings of a source at once.',
    means:
      'Voices sound like a tape at the wrong speed. A drop of this kind hints that children and deep voices are served worse as well.',
    limits:
      'Models are often trained with ten per cent either way, so that only the higher strengths are new to them.',
  }),
  damage({
    id: 'tempo',
    name: 'changed tempo',
    aliases: ['time stretching', 'WSOLA'],
    formula:
      'Makes the sound 5 to 40 per cent faster or slower at the same pitch, by overlapping frames taken where they fit best. Attacks may blur or double.',
    trace: 'People speak faster under stress; compare the length of calls with the errors in them.',
    means:
      'The same voice speaks faster or slower. A drop means that hurried and halting speakers are understood worse.',
    limits: 'Stretched speech is not slow speech: pauses and pronunciation stay those of the original.',
  }),
  damage({
    id: 'gain',
    name: 'changed loudness',
    aliases: ['volume change'],
    formula:
      'Turns the level up or down by 3 to 24 dB. Where it leaves full scale it is cut, as a recorder would.',
    trace: 'Look at levels by device and at changes of automatic gain.',
    means:
      'The voice is near or far, or the microphone set badly. A drop means that soft voices are served worse.',
    limits: 'A model that scales its input first does not notice the quiet half at all.',
  }),
  damage({
    id: 'dropped-packets',
    name: 'dropped packets',
    aliases: ['packet loss'],
    formula: 'Silences 1 to 20 per cent of the packets of 20 ms, each by itself. Nothing conceals the gaps.',
    trace: 'Networks count lost packets; lay these counts beside the errors.',
    means: 'The voice is chopped. A drop means that people in places with poor networks are served worse.',
    limits:
      'Real losses come in bursts and receivers fill them; this is harsher in one way and milder in the other.',
  }),
]
