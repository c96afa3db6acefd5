// The guest of a step: a drawn one, or the user's own samples.
import type { Random, StepContext } from '@failmode/core'
import { captchaDigits } from './guests/captcha-digits.ts'
import { drawGuests, type Guest, type GuestSet } from './guests/guest.ts'
import { shapeParity } from './guests/shape-parity.ts'
import { squareCounting } from './guests/square-counting.ts'
import type { GuestName } from './options.ts'

/** Share of the shorter side of the host that a drawn guest takes. */
const share = 0.6

/** Side of a drawn guest: a multiple of 4. */
export function sideOf([, height = 0, width = 0]: readonly number[]): number {
  return Math.floor((Math.min(height, width) * share) / 4) * 4
}

export function drawnGuest(
  name: Exclude<GuestName, 'own'>,
  { shape, hostClasses }: { readonly shape: readonly number[]; readonly hostClasses: number },
): Guest {
  const side = sideOf(shape)
  if (name === 'square-counting') return squareCounting(side, Math.min(10, hostClasses))
  return name === 'shape-parity' ? shapeParity(side) : captchaDigits(side)
}

export interface Guests {
  readonly learn: GuestSet
  readonly test: GuestSet
  readonly classes: number
  readonly side: number
}

export async function guestsOf(
  name: GuestName,
  {
    own,
    learn,
    test,
    random,
    context,
  }: {
    readonly own: string
    readonly learn: number
    readonly test: number
    readonly random: Random
    readonly context: Pick<StepContext, 'samples' | 'modelFacts'>
  },
): Promise<Guests> {
  if (name !== 'own') {
    const { sampleShape: shape, classes: hostClasses } = context.modelFacts
    const guest = drawnGuest(name, { shape, hostClasses })
    return {
      learn: drawGuests(guest, { count: learn, random }),
      test: drawGuests(guest, { count: test, random, from: learn }),
      classes: guest.classes.length,
      side: guest.side,
    }
  }
  const set = await context.samples(own)
  const order = random.split('own').permutation(set.count)
  const half = Math.floor(set.count / 2)
  const part = (from: number, to: number): GuestSet => {
    const indices = order.subarray(from, to)
    return { x: set.read(indices), labels: Int32Array.from(indices, (index) => set.labels![index]!) }
  }
  return {
    learn: part(0, half),
    test: part(half, Math.min(set.count, half + test)),
    classes: set.labels!.reduce((most, label) => Math.max(most, label + 1), 0),
    side: set.sampleShape.at(-1)!,
  }
}
