// The demo has to show what the README says it shows: the digits model is good, and Square breaks it.
import { readFileSync } from 'node:fs'

const run = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const mode = run.modes.find(({ slug }) => slug === 'perturbation')
const square = mode.checks.find(({ id }) => id === 'perturbation/score-untargeted')
const value = (name) => square.measurements.find((measurement) => measurement.name === name).value
const clean = value('clean-accuracy')
const robust = value('robust-accuracy')
const problems = [
  ...(run.modes.length === 17 ? [] : [`${run.modes.length} modes instead of 17`]),
  ...(run.complete ? [] : ['the run is not complete']),
  ...(clean >= 0.97 ? [] : [`clean accuracy is ${clean}, at least 0.97 is expected`]),
  ...(robust < 0.15 ? [] : [`robust accuracy under Square is ${robust}, under 0.15 is expected`]),
  ...run.modes.flatMap(({ checks }) =>
    checks.filter(({ outcome }) => outcome === 'error').map(({ id, reason }) => `${id}: ${reason}`),
  ),
]
for (const problem of problems) console.error(`demo: ${problem}`)
if (problems.length > 0) process.exit(1)
console.log(`demo: clean accuracy ${clean}, robust accuracy ${robust} at eps ${square.facts.eps}`)
