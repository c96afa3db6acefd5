// Holds the walls between packages: each imports only packages above it, pure ones import nothing of Node, and
// nobody reaches behind another package's front door.
import { cruise } from 'dependency-cruiser'
import { root } from './setup.mjs'

const order = [
  'catalogue',
  'engine',
  'scanner',
  'gridworlds',
  'core',
  'probes',
  'threat-model',
  'report',
  'system',
  'workbench',
  'failmode',
]
const leaves = ['catalogue', 'engine', 'scanner']
const pure = ['catalogue', 'core', 'probes', 'threat-model', 'report']
const tests = '\\.test\\.tsx?$|/testing/|/fixtures\\.ts$'
const inside = (names) => `^packages/(${names.join('|')})/src/`

const rules = [
  ...order.map((name, i) => ({
    name: `${name}-imports-only-what-stands-above-it`,
    severity: 'error',
    from: { path: inside([name]) },
    to: {
      path: inside(leaves.includes(name) ? order.filter((other) => other !== name) : order.slice(i + 1)),
    },
  })),
  ...order.map((name) => ({
    name: `${name}-is-entered-by-its-front-door`,
    severity: 'error',
    from: { path: '^packages/', pathNot: inside([name]) },
    to: { path: inside([name]), pathNot: `^packages/${name}/src/(index|testing/index)\\.ts$` },
  })),
  {
    name: 'pure-packages-import-nothing-of-node',
    severity: 'error',
    from: { path: inside(pure), pathNot: tests },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'no-circles',
    severity: 'error',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
]

process.chdir(root)
const result = await cruise(['packages'], {
  ruleSet: { forbidden: rules },
  validate: true,
  tsPreCompilationDeps: true,
  includeOnly: '^packages/[^/]+/src/|^node:',
  enhancedResolveOptions: {
    extensions: ['.ts', '.tsx', '.js'],
    exportsFields: ['exports'],
    conditionNames: ['import', 'default'],
  },
})
const { violations, totalCruised } = result.output.summary
for (const { rule, from, to } of violations) console.error(`walls: ${rule.name}: ${from} -> ${to}`)
if (totalCruised < 50) {
  console.error(`walls: only ${totalCruised} files were looked at; the rule is not seeing the packages`)
  process.exit(1)
}
if (violations.length > 0) process.exit(1)
console.log(`walls: ${totalCruised} files, every import allowed`)
