// The bench: `npm run bench [-- AREA...] [--only BAR] [--json]` measures what the project promises and says which promises
// hold here. The exit status is 1 when one is broken, 2 when the command line is wrong, and 0 otherwise: a bar that cannot
// be measured on this machine is no failure.

import { setMaxListeners } from 'node:events'
import { parseArgs } from 'node:util'
import { FailmodeError } from '@failmode/core'
import { areaNames, loadArea, parseArea, wantedBars } from './areas.ts'
import { type BarResult, runBar } from './bar.ts'
import { sharedData } from './shared-data.ts'
import { textTable } from './text-table.ts'

const usage = `npm run bench [-- AREA...] [--only BAR]... [--json] [--list]

Areas: ${areaNames.join(', ')}. All of them when none is named.
  --only  bars whose name is or begins with BAR
  --json  one line of JSON for each bar
  --list  the bars and their targets, without running them`

function parseCommandLine(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        only: { type: 'string', multiple: true },
        json: { type: 'boolean' },
        list: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (cause) {
    throw new FailmodeError('usage', { message: (cause as Error).message, hint: usage, cause })
  }
}

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseCommandLine(args)
  if (values.help) {
    console.log(usage)
    return 0
  }
  const chosen = positionals.length > 0 ? positionals.map(parseArea) : areaNames
  const stop = new AbortController()
  // Every step that waits for a worker listens.
  setMaxListeners(0, stop.signal)
  process.once('SIGINT', () =>
    stop.abort(new FailmodeError('interrupted', { message: 'the bench was stopped' })),
  )
  const context = {
    data: sharedData(),
    log: (line: string) => console.error(line),
    signal: stop.signal,
  }

  const bars = new Map(await Promise.all(chosen.map(async (area) => [area, await loadArea(area)] as const)))
  const wanted = wantedBars([...bars.values()].flat(), values.only ?? [])
  let broken = false
  for (const [area, all] of bars) {
    if (all.length === 0 && values.only === undefined) {
      // On stderr with --json, where stdout carries nothing but bars.
      ;(values.json ? console.error : console.log)(`${area}: no bars yet`)
      continue
    }
    const results: BarResult[] = []
    for (const bar of all.filter((each) => wanted.includes(each))) {
      if (values.list) {
        console.log(`${area}/${bar.bar}: ${bar.target}`)
        continue
      }
      context.log(`${area}/${bar.bar} ...`)
      const result = await runBar(bar, context)
      broken ||= result.met === false
      results.push(result)
      if (values.json) console.log(JSON.stringify(result))
    }
    if (!values.json && results.length > 0) console.log(`\n${area}\n${textTable(results)}\n`)
  }
  return broken ? 1 : 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof FailmodeError)) throw error
  console.error(`${error.code}: ${error.message}${error.hint ? `\n\n${error.hint}` : ''}`)
  process.exitCode = error.exitStatus
}
