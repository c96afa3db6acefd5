import type { Measurement } from '@failmode/core'

export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`
}

export function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`
}

export function lowOf({ interval, value }: Measurement): number {
  return interval?.low ?? value
}

export function highOf({ interval, value }: Measurement): number {
  return interval?.high ?? value
}
