// The one way to a corrupted sound: look the corruption up and apply it at the strength of the severity. All but `speed` and
// `tempo` keep the length.
import type { Random } from '@failmode/core'
import type { Severity } from '../corruptions/corruption.ts'
import type { AudioCorruption, Sound } from './audio-corruption.ts'
import { highPass, lowPass } from './band-limit.ts'
import { clipping } from './clipping.ts'
import { blueNoise, brownNoise, pinkNoise, violetNoise, whiteNoise } from './coloured-noise.ts'
import { droppedPackets } from './dropped-packets.ts'
import { gain } from './gain.ts'
import { lowBitRate } from './low-bit-rate.ts'
import { muLaw } from './mu-law.ts'
import { reverberation } from './reverberation.ts'
import { speed } from './speed.ts'
import { tempo } from './tempo.ts'

export const audioCorruptionNames = [
  'white-noise',
  'pink-noise',
  'brown-noise',
  'blue-noise',
  'violet-noise',
  'reverberation',
  'clipping',
  'mu-law',
  'low-bit-rate',
  'low-pass',
  'high-pass',
  'speed',
  'tempo',
  'gain',
  'dropped-packets',
] as const
export type AudioCorruptionName = (typeof audioCorruptionNames)[number]

export const audioCorruptions: Readonly<Record<AudioCorruptionName, AudioCorruption>> = {
  'white-noise': whiteNoise,
  'pink-noise': pinkNoise,
  'brown-noise': brownNoise,
  'blue-noise': blueNoise,
  'violet-noise': violetNoise,
  reverberation,
  clipping,
  'mu-law': muLaw,
  'low-bit-rate': lowBitRate,
  'low-pass': lowPass,
  'high-pass': highPass,
  speed,
  tempo,
  gain,
  'dropped-packets': droppedPackets,
}

export interface CorruptAudioOptions {
  readonly corruption: AudioCorruptionName
  readonly severity: Severity
  /** The only source of chance. */
  readonly random: Random
}

/**
 * A corrupted copy of a sound.
 * @throws RangeError when the rate is not from 1000 to 768000, or there is no channel, or channels differ in length
 */
export function corruptAudio(sound: Sound, { corruption, severity, random }: CorruptAudioOptions): Sound {
  const { channels, rate } = sound
  if (!(rate >= 1000 && rate <= 768_000)) {
    throw new RangeError(`a sound has from 1000 to 768000 samples a second, got ${rate}`)
  }
  const lengths = new Set(channels.map((channel) => channel.length))
  if (lengths.size !== 1) {
    throw new RangeError(`a sound has one or more channels of one length, got [${[...lengths].join(', ')}]`)
  }
  const { apply, constants } = audioCorruptions[corruption]
  const out = apply(sound, constants[severity - 1], random)
  return out === sound ? { rate, channels: channels.map((channel) => channel.slice()) } : out
}
