// Values from the command line, checked before anything is opened.
import {
  type BudgetName,
  budgets,
  FailmodeError,
  nearest,
  type SdlSeverity,
  sdlSeverities,
} from '@failmode/core'

export type Options = Readonly<Record<string, unknown>>

export function text(options: Options, key: string): string | undefined {
  const value = options[key]
  return typeof value === 'string' ? value : undefined
}

export function whole(
  options: Options,
  key: string,
  { flag, min }: { readonly flag: string; readonly min: number },
): number | undefined {
  const value = text(options, key)
  if (value === undefined) return undefined
  const number = Number(value)
  if (!/^-?\d+$/.test(value) || !Number.isSafeInteger(number) || number < min) {
    throw new FailmodeError('usage', {
      message: `${flag} is "${value}", expected a whole number of at least ${min}.`,
    })
  }
  return number
}

export function oneOf<T extends string>(value: string, known: readonly T[], flag: string): T {
  const found = known.find((word) => word === value)
  if (found !== undefined) return found
  const near = nearest(value, known)
  throw new FailmodeError('usage', {
    message: `${flag} is "${value}", expected one of ${known.join(', ')}.`,
    ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
  })
}

export function budgetOf(options: Options): BudgetName {
  return oneOf(text(options, 'budget') ?? 'standard', budgets, '--budget')
}

export function failOnOf(options: Options): SdlSeverity | undefined {
  const value = text(options, 'failOn')
  return value === undefined ? undefined : oneOf(value, sdlSeverities, '--fail-on')
}
