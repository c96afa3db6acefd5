// The areas of the bench and where their bars are: `areas/<area>.ts`, which exports `bars`, unless more files are named
// here. An area whose file does not exist yet has no bars.

import { existsSync } from 'node:fs'
import { FailmodeError } from '@failmode/core'
import type { Bar } from './bar.ts'

export const areaNames = [
  'engine',
  'evasion',
  'corruption',
  'training',
  'privacy',
  'poisoning',
  'artifacts',
  'agents',
  'workbench',
] as const

export type AreaName = (typeof areaNames)[number]

/** Reads an area's name as given on a command line. Throws `usage`. */
export function parseArea(text: string): AreaName {
  const found = areaNames.find((name) => name === text)
  if (found) return found
  throw new FailmodeError('usage', {
    message: `'${text}' is no area of the bench`,
    hint: `The areas are ${areaNames.join(', ')}.`,
  })
}

/** Areas whose bars lie in more files than the one of their name. */
const filesOf: Partial<Record<AreaName, readonly string[]>> = {
  corruption: ['corruption', 'large-folder', 'shift', 'mistakes'],
}

/** The bars of one area, in the order in which they run. */
export async function loadArea(area: AreaName): Promise<readonly Bar[]> {
  const all: Bar[] = []
  for (const name of filesOf[area] ?? [area]) {
    const file = new URL(`./areas/${name}.ts`, import.meta.url)
    if (!existsSync(file)) continue
    const { bars } = (await import(file.href)) as { bars: readonly Bar[] }
    const stray = bars.find((bar) => bar.area !== area)
    if (stray)
      throw new Error(`areas/${name}.ts holds the bar ${stray.bar} of area ${stray.area}, not ${area}`)
    all.push(...bars)
  }
  return all
}

/**
 * The bars whose name is one of `only` or begins with one; all of them when nothing is named. Throws `usage` when a name
 * fits none.
 */
export function wantedBars(bars: readonly Bar[], only: readonly string[]): readonly Bar[] {
  const stray = only.find((name) => !bars.some(({ bar }) => bar.startsWith(name)))
  if (stray !== undefined) {
    throw new FailmodeError('usage', {
      message: `no bar begins with '${stray}'`,
      hint: '--list names the bars of an area.',
    })
  }
  return only.length === 0 ? bars : bars.filter(({ bar }) => only.some((name) => bar.startsWith(name)))
}
