// `--only` takes terms separated by commas: a mode's slug or number, a check's id, `tag:name`; a minus in front
// takes out. With no positive term everything is in before the minus terms apply.
import { FailmodeError } from '../errors.ts'
import type { AnyProbe } from './probe.ts'

export interface Selection {
  includes(probe: AnyProbe, checkId: string): boolean
}

export interface SelectableMode {
  readonly slug: string
  readonly number: number | null
}

export function parseSelection(
  expression: string | undefined,
  options: { readonly probes: readonly AnyProbe[]; readonly modes: readonly SelectableMode[] },
): Selection {
  const terms = (expression ?? '').split(',').map((term) => term.trim())
  if (expression !== undefined && terms.some((term) => term === '' || term === '-')) {
    throw new FailmodeError('usage', {
      message: `the selection "${expression}" has an empty term.`,
      hint: 'Give terms such as perturbation, 16, tag:privacy or -supply-chain, separated by commas.',
    })
  }
  const parsed = terms
    .filter((term) => term !== '')
    .map((term) =>
      term.startsWith('-') ? { minus: true, word: term.slice(1) } : { minus: false, word: term },
    )
  for (const { word } of parsed) checkTerm(word, options)
  const plus = parsed.filter((term) => !term.minus)
  const minus = parsed.filter((term) => term.minus)
  return {
    includes(probe, checkId) {
      const number = options.modes.find((mode) => mode.slug === probe.meta.mode)?.number
      const matches = ({ word }: { word: string }) =>
        word === probe.meta.mode ||
        word === checkId ||
        word === String(number) ||
        (word.startsWith('tag:') && probe.meta.tags.includes(word.slice(4)))
      return (plus.length === 0 || plus.some(matches)) && !minus.some(matches)
    },
  }
}

function checkTerm(
  word: string,
  { probes, modes }: { readonly probes: readonly AnyProbe[]; readonly modes: readonly SelectableMode[] },
): void {
  const known =
    modes.some((mode) => mode.slug === word || String(mode.number) === word) ||
    probes.some(
      (probe) => probe.meta.mode === word || probe.checks.some((check) => check.meta.id === word),
    ) ||
    (word.startsWith('tag:') && probes.some((probe) => probe.meta.tags.includes(word.slice(4))))
  if (known) return
  const near = nearest(word, [
    ...modes.map((mode) => mode.slug),
    ...probes.flatMap((probe) => probe.checks.map((check) => check.meta.id)),
    ...probes.flatMap((probe) => probe.meta.tags.map((tag) => `tag:${tag}`)),
  ])
  throw new FailmodeError('probe-unknown', {
    message: `no mode, check or tag is called "${word}".`,
    hint: near === undefined ? 'See failmode list.' : `Did you mean "${near}"? See failmode list.`,
  })
}

/** The candidate with the smallest edit distance, when that is at most a third of the word. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitute = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substitute, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}
