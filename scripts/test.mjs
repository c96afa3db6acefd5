// `npm test`: set up, build (some tests run the program as it is published), check types, lint, walls, tests.
// `npm run test:long` adds the tests named *.long.test.ts.
import { build, root, run, setup } from './setup.mjs'

const long = process.argv.includes('--long')
const node = process.execPath

setup()
build()
run(node, [`${root}node_modules/typescript/bin/tsc`, '-b'])
run(node, [`${root}node_modules/typescript/bin/tsc`, '-p', 'tsconfig.tests.json'])
run(node, [`${root}node_modules/@biomejs/biome/bin/biome`, 'check', '.'])
run(node, ['scripts/walls.mjs'])
run(node, [`${root}node_modules/vitest/vitest.mjs`, 'run'], { env: long ? { FAILMODE_LONG: '1' } : {} })
