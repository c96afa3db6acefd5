// Recorded too quietly or too loudly. What goes beyond full scale is cut, as a recorder cuts it, so that the loud half of
// the cases is clipped as well where the sound leaves no room.
import { defineAudioCorruption, mapChannels } from './audio-corruption.ts'

/** Constants: dB up or down, which of the two by chance. */
export const gain = defineAudioCorruption<number>({
  name: 'gain',
  constants: [3, 6, 12, 18, 24],
  apply(sound, decibels, random) {
    const factor = 10 ** ((random.sign() * decibels) / 20)
    return mapChannels(sound, (channel) => channel.map((x) => Math.min(1, Math.max(-1, x * factor))))
  },
})
