// Highs or lows cut away, as by telephones, cheap microphones and loudspeakers. The filter is a sinc under Blackman's
// window: it falls from whole to nothing between 0.9 and 1.1 times the cutoff, is 6 dB down at the cutoff and at least
// 70 dB down beyond, and delays nothing. 300 and 3400 Hz are the edges of the telephone band.
import { defineAudioCorruption, mapChannels } from './audio-corruption.ts'
import { convolve } from './fft.ts'

/** Half the width of the fall, as a share of the cutoff. */
const margin = 0.1

/**
 * A symmetric low-pass filter of odd length that leaves the lowest frequencies as they are.
 * @param cutoff where it is 6 dB down, in Hz, below half the rate
 */
export function lowPassKernel(cutoff: number, rate: number): Float64Array {
  // A Blackman window of n samples makes the fall 5.5 rate / n wide.
  const reach = Math.ceil((5.5 * rate) / (2 * margin * cutoff) / 2)
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, i) => {
    const t = i - reach
    const turn = (2 * cutoff) / rate
    const sinc = t === 0 ? turn : Math.sin(Math.PI * turn * t) / (Math.PI * t)
    const phase = (Math.PI * t) / reach
    return sinc * (0.42 + 0.5 * Math.cos(phase) + 0.08 * Math.cos(2 * phase))
  })
  const sum = kernel.reduce((total, x) => total + x, 0)
  return kernel.map((x) => x / sum)
}

function keepBelow(channel: Float32Array, cutoff: number, rate: number): Float32Array {
  const kernel = lowPassKernel(cutoff, rate)
  return convolve(channel, kernel, { from: (kernel.length - 1) / 2 })
}

/** Constants: cutoff in Hz. A sound sampled at twice the cutoff or less has nothing above it and stays as it is. */
export const lowPass = defineAudioCorruption<number>({
  name: 'low-pass',
  constants: [6000, 4500, 3400, 2000, 1000],
  apply: (sound, cutoff) =>
    cutoff >= sound.rate / 2
      ? sound
      : mapChannels(sound, (channel) => keepBelow(channel, cutoff, sound.rate)),
})

/** Constants: cutoff in Hz. A sound sampled at twice the cutoff or less has nothing above it and falls silent. */
export const highPass = defineAudioCorruption<number>({
  name: 'high-pass',
  constants: [100, 200, 300, 600, 1200],
  apply: (sound, cutoff) =>
    mapChannels(sound, (channel) => {
      if (cutoff >= sound.rate / 2) return new Float32Array(channel.length)
      const lows = keepBelow(channel, cutoff, sound.rate)
      return channel.map((x, i) => x - lows[i]!)
    }),
})
