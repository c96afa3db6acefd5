// The echo of a room, by the simplest statistical model of one: after the direct sound, Gaussian noise that dies away
// exponentially (Polack's model; Moorer, "About this reverberation business", 1979). RT60 is the time in which the echo
// falls by 60 dB; the direct-to-reverberant ratio says how far the microphone is from the mouth. It has no early
// reflections and one decay for all frequencies, so that no real room sounds quite like it. For orientation: a furnished
// room has about 0.4 s, 0.6 s is the limit of ANSI S12.60 for classrooms, halls and churches have 2 s and more.
import type { Random } from '@failmode/core'
import { defineAudioCorruption, mapChannels } from './audio-corruption.ts'
import { convolve } from './fft.ts'

export interface Room {
  /** Seconds in which the echo falls by 60 dB. */
  readonly rt60: number
  /** Energy of the direct sound over that of the echo, in dB. */
  readonly directRatio: number
}

/**
 * A room's impulse response from the direct sound to -60 dB, of energy 1, so that the sound keeps about its loudness.
 * @param rate samples a second
 */
export function roomResponse({ rt60, directRatio }: Room, rate: number, random: Random): Float64Array {
  const response = new Float64Array(Math.max(2, Math.ceil(rt60 * rate)))
  const decay = Math.log(1000) / (rt60 * rate)
  let energy = 0
  for (let t = 1; t < response.length; t++) {
    response[t] = random.normal() * Math.exp(-decay * t)
    energy += response[t]! ** 2
  }
  const echo = 10 ** (-directRatio / 10)
  const gain = Math.sqrt(echo / energy)
  response[0] = 1 / gain
  return response.map((x) => (x * gain) / Math.sqrt(1 + echo))
}

/** The echo beyond the end of the sound is cut off. Each channel has an echo of its own, as microphones apart have. */
export const reverberation = defineAudioCorruption<Room>({
  name: 'reverberation',
  constants: [
    { rt60: 0.2, directRatio: 6 },
    { rt60: 0.4, directRatio: 3 },
    { rt60: 0.7, directRatio: 0 },
    { rt60: 1.2, directRatio: -3 },
    { rt60: 2, directRatio: -6 },
  ],
  apply: (sound, room, random) =>
    mapChannels(sound, (channel, i) =>
      convolve(channel, roomResponse(room, sound.rate, random.split(i)), { from: 0 }),
    ),
})
