// What every audio corruption gives: a name, its strength at five severities in a unit that can be measured on the result,
// and one formula. The strengths are failmode's own; where a standard or a habit of the field stands behind one, the
// corruption's file names it. Nothing is cut to [-1,1] but by the corruptions that are about cutting, because cutting would
// change the strength that was asked for; whoever writes the sound to a file of integers has to leave room.
import type { Random } from '@failmode/core'

/** Samples with full scale at -1 and 1, one array a channel, all of one length. */
export interface Sound {
  readonly channels: readonly Float32Array[]
  /** Samples a second. */
  readonly rate: number
}

export type FiveStrengths<C> = readonly [C, C, C, C, C]

export interface AudioCorruption<C = unknown> {
  readonly name: string
  /** The strength at severities 1 to 5, in the unit that its file says. */
  readonly constants: FiveStrengths<C>
  /** A corrupted copy; the sound is not changed. `random` is the only source of chance. */
  apply(sound: Sound, constant: C, random: Random): Sound
}

/** Gives a corruption its constant's type, then forgets it, so that different ones fit in one list. */
export function defineAudioCorruption<C>(corruption: AudioCorruption<C>): AudioCorruption {
  return corruption as AudioCorruption
}

/** The sound with each channel replaced. */
export function mapChannels(
  { channels, rate }: Sound,
  change: (channel: Float32Array, index: number) => Float32Array,
): Sound {
  return { channels: channels.map(change), rate }
}

/** Mean square over all samples of all channels; 0 of silence and of nothing. */
export function power({ channels }: Sound): number {
  let sum = 0
  let count = 0
  for (const channel of channels) {
    for (let i = 0; i < channel.length; i++) sum += channel[i]! ** 2
    count += channel.length
  }
  return count === 0 ? 0 : sum / count
}
