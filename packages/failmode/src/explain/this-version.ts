// What the probes of this version run and measure, read off the registry: nothing here knows a probe by name.
import { catalogue, type FailureMode, type Technique, techniqueByName } from '@failmode/catalogue'
import type { AnyProbe, CheckMeta } from '@failmode/core'
import * as z from 'zod'
import { registry } from '../registry.ts'

export const probesOf = (mode: string): readonly AnyProbe[] =>
  registry.filter((probe) => probe.meta.mode === mode)

export const checksOf = (mode: string): readonly CheckMeta[] =>
  probesOf(mode).flatMap((probe) => probe.checks.map(({ meta }) => meta))

export const everyCheck = (): readonly { readonly mode: string; readonly meta: CheckMeta }[] =>
  registry.flatMap((probe) => probe.checks.map(({ meta }) => ({ mode: probe.meta.mode, meta })))

export function modeOf(slug: string): FailureMode | undefined {
  return catalogue.modes.find((mode) => mode.slug === slug)
}

/** Mode with its number, as lines of a list name it. */
export function modeText(slug: string): string {
  const mode = modeOf(slug)
  return mode === undefined ? slug : `${mode.number === null ? '' : `${mode.number} `}${mode.slug}`
}

/** Words that a probe's options let one choose, each with the names of these options. */
export function choicesOf(probe: AnyProbe): ReadonlyMap<string, readonly string[]> {
  const choices = new Map<string, readonly string[]>()
  const visit = (node: unknown, option: string): void => {
    if (typeof node !== 'object' || node === null) return
    const { enum: words, properties, ...rest } = node as Record<string, unknown>
    if (Array.isArray(words)) {
      for (const word of words.filter((one) => typeof one === 'string'))
        choices.set(word, [...new Set([...(choices.get(word) ?? []), option])])
    }
    for (const [name, inner] of Object.entries(properties ?? {})) visit(inner, name)
    for (const inner of Object.values(rest)) visit(inner, option)
  }
  visit(z.toJSONSchema(probe.options, { io: 'input', unrepresentable: 'any' }), '')
  return choices
}

/** Probes that run a technique: one of their options names it, or a check is called by it. */
export function whereRun({
  id,
  modes,
}: Technique): readonly { readonly probe: AnyProbe; readonly options: readonly string[] }[] {
  return registry
    .filter((probe) => modes.includes(probe.meta.mode))
    .flatMap((probe) => {
      const options = choicesOf(probe).get(id) ?? []
      const named = probe.checks.some(({ meta }) => meta.id === `${probe.meta.mode}/${id}`)
      return options.length > 0 || named ? [{ probe, options }] : []
    })
}

/** The techniques that a probe runs. */
export function techniquesRunBy(probe: AnyProbe): readonly Technique[] {
  return [...choicesOf(probe).keys()].flatMap((word) => {
    const found = techniqueByName(word)
    return found !== undefined && found.id === word && found.modes.includes(probe.meta.mode) ? [found] : []
  })
}
