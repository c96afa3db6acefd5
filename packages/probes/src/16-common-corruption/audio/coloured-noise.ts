// Background noise of five colours at an exact ratio of signal to noise. The colour says how its power lies over
// frequency: level (white), falling by 3 dB an octave (pink) or 6 dB (brown), rising by 3 dB (blue) or 6 dB (violet). Noise
// is shaped in the frequency domain and left empty below 20 Hz, where nothing is heard but where nearly all power of
// brown noise would lie. The ratio is taken over the whole sound, pauses included, and over all channels together; that of
// speech alone is a few dB higher. 20 to 0 dB in steps of 5 is how noisy speech is usually tested, down to a voice as
// loud as the street around it.
import type { Random } from '@failmode/core'
import {
  defineAudioCorruption,
  type FiveStrengths,
  mapChannels,
  power,
  type Sound,
} from './audio-corruption.ts'
import { fft, powerOfTwo } from './fft.ts'

/** Signal to noise in dB at severities 1 to 5. */
const ratios: FiveStrengths<number> = [20, 15, 10, 5, 0]

const lowest = 20

/**
 * Gaussian noise whose power density goes as frequency^-slope from 20 Hz up, of arbitrary level.
 * @param slope 0 white, 1 pink, 2 brown, -1 blue, -2 violet
 */
export function colouredNoise(
  length: number,
  { rate, slope, random }: { readonly rate: number; readonly slope: number; readonly random: Random },
): Float64Array {
  // At least a second, so that the bins lie close enough for a slope at low frequencies even in a short sound.
  const n = powerOfTwo(Math.max(length, rate))
  const re = Float64Array.from({ length: n }, random.normal)
  const im = new Float64Array(n)
  fft(re, im)
  for (let k = 0; k <= n / 2; k++) {
    const frequency = (k * rate) / n
    const gain = frequency < lowest ? 0 : (frequency / 1000) ** (-slope / 2)
    re[k]! *= gain
    im[k]! *= gain
    if (k > 0 && k < n / 2) {
      re[n - k]! *= gain
      im[n - k]! *= gain
    }
  }
  fft(im, re)
  return re.subarray(0, length)
}

/** The sound and noise `ratio` dB below it. Silence stays silent: no noise has a ratio to it. */
function addNoise(sound: Sound, ratio: number, slope: number, random: Random): Sound {
  const noise = mapChannels(sound, (channel, i) =>
    Float32Array.from(colouredNoise(channel.length, { rate: sound.rate, slope, random: random.split(i) })),
  )
  const wanted = power(sound) * 10 ** (-ratio / 10)
  const got = power(noise)
  const gain = got > 0 ? Math.sqrt(wanted / got) : 0
  return mapChannels(sound, (channel, i) => channel.map((x, t) => x + gain * noise.channels[i]![t]!))
}

const noiseOfColour = (name: string, slope: number) =>
  defineAudioCorruption<number>({
    name,
    constants: ratios,
    apply: (sound, ratio, random) => addNoise(sound, ratio, slope, random),
  })

export const whiteNoise = noiseOfColour('white-noise', 0)
export const pinkNoise = noiseOfColour('pink-noise', 1)
export const brownNoise = noiseOfColour('brown-noise', 2)
export const blueNoise = noiseOfColour('blue-noise', -1)
export const violetNoise = noiseOfColour('violet-noise', -2)
