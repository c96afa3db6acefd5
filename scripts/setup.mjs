// What `npm start` and `npm test` do first: install when needed, so that a fresh clone needs nothing else. Plain
// JavaScript, because it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
const stamp = `${root}node_modules/.failmode-setup`

/** Runs a command with its output shown; ends this process when it fails. */
export function run(command, args, { env = {} } = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  })
  if (error) {
    console.error(`failmode: ${command} could not be started: ${error.message}`)
    process.exit(1)
  }
  if (status !== 0) process.exit(status ?? 1)
}

export function setup() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`failmode: Node ${process.versions.node} is too old, 20.19 or newer is needed.`)
    process.exit(1)
  }
  const wanted = createHash('sha256')
    .update(readFileSync(`${root}package-lock.json`))
    .digest('hex')
  const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : ''
  if (installed === wanted) return
  console.error('failmode: installing the packages that package-lock.json names')
  // Not `npm ci`: it refuses a lock file that lacks optional packages of other platforms, which some registries do
  // not serve. --no-save keeps to the lock file and leaves it as it is.
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel', 'error'])
  writeFileSync(stamp, wanted)
}

/** The program as it is published, in packages/failmode: bundled code, the demo's system, licence and notices. */
export function build() {
  const product = `${root}packages/failmode/`
  run(process.execPath, [
    `${root}node_modules/tsdown/dist/run.mjs`,
    '--config',
    `${root}tsdown.config.ts`,
    '--log-level',
    'error',
  ])
  cpSync(`${root}examples/digits`, `${product}dist/examples/digits`, {
    recursive: true,
    filter: (path) => !path.endsWith('.ts'),
  })
  for (const file of ['LICENSE', 'NOTICE', 'README.md']) copyFileSync(`${root}${file}`, `${product}${file}`)
}
