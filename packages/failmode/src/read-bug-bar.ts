// The bug bar of the command line: the id of a published one, or a JSON or YAML file of the user's own, which is checked
// here, before anything is measured.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { catalogue, OwnBugBar, withBugBar } from '@failmode/catalogue'
import { type BarChoice, FailmodeError, nearest } from '@failmode/core'
import { parse } from 'yaml'
import { type Options, text } from './terminal/options.ts'

/** @throws FailmodeError `usage` for a name that is neither, `config-unreadable`; CatalogueError for a bad bar */
export function bugBarOf(options: Options): BarChoice | undefined {
  const value = text(options, 'bugBar')
  if (value === undefined) return undefined
  const known = catalogue.bugBars.map(({ id }) => id)
  if (known.includes(value)) return value
  let content: string
  try {
    content = readFileSync(resolve(value), 'utf8')
  } catch (cause) {
    const near = nearest(value, known)
    throw new FailmodeError('usage', {
      message: `--bug-bar is "${value}", expected one of ${known.join(', ')}, or a file that exists.`,
      ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
      cause,
    })
  }
  let data: unknown
  try {
    // YAML takes JSON in.
    data = parse(content)
  } catch (cause) {
    throw new FailmodeError('config-unreadable', {
      message: `${value} is neither JSON nor YAML: ${(cause as Error).message}`,
      cause,
    })
  }
  withBugBar(catalogue, data)
  return OwnBugBar.parse(data)
}
