// `npm start`: everything from a fresh clone to the demo's table and report.
import { build, root, run, setup } from './setup.mjs'

setup()
build()
run(process.execPath, [`${root}packages/failmode/dist/cli.js`, 'demo', ...process.argv.slice(2)])
