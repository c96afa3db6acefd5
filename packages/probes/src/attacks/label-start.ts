// Where a search that only sees classes begins: some point that is adversarial, however far away. Without a class to
// reach, images of uniform noise usually are (HopSkipJump, arXiv:1904.02144, tries a hundred), and samples of another
// class where they are not; with one, noise hardly ever is and the samples come first. Candidates are asked in groups
// that double, which costs few rounds and at most about twice the queries of asking one by one.
import type { Tensor } from '@failmode/core'
import { distance, type Norm } from './ball.ts'
import type { Question, Search, Subject } from './label-search.ts'

const randomImages = 100

/** Looks for an adversarial point; whether there is one then, `subject.closest`. */
export function* findStart(
  subject: Subject,
  { norm, starts }: { readonly norm: Norm; readonly starts?: Tensor | undefined },
): Search<boolean> {
  const size = subject.clean.length
  const noise: Candidates = {
    count: randomImages,
    write(out, at) {
      subject.random.fillUniform(out.subarray(at, at + size))
    },
  }
  const given = nearestFirst(subject, norm, starts)
  for (const candidates of subject.targeted ? [given, noise] : [noise, given]) {
    yield* untilAdversarial(candidates)
    if (subject.distance < Infinity) return true
  }
  return false
}

type Candidates = Pick<Question, 'count' | 'write'>

/** Asks 1, 2, 4, ... candidates at once until one is adversarial. */
export function* untilAdversarial({ count, write }: Candidates): Search<number | null> {
  for (let from = 0, group = 1; from < count; from += group, group *= 2) {
    const first = from
    const verdicts = yield {
      count: Math.min(group, count - first),
      write: (out, at, k) => write(out, at, first + k),
    }
    const hit = verdicts.indexOf(1)
    if (hit >= 0) return first + hit
  }
  return null
}

function nearestFirst({ clean }: Subject, norm: Norm, starts: Tensor | undefined): Candidates {
  const size = clean.length
  const count = starts === undefined ? 0 : (starts.dims[0] as number)
  const row = (i: number): Float32Array => (starts as Tensor).data.subarray(i * size, (i + 1) * size)
  const far = Float64Array.from({ length: count }, (_, i) => distance(row(i), clean, norm))
  const order = [...far.keys()].sort((a, b) => (far[a] as number) - (far[b] as number))
  return { count, write: (out, at, k) => out.set(row(order[k] as number), at) }
}
