// Writes docs/operators.md: npx tsx scripts/operators-doc.ts
import { writeFileSync } from 'node:fs'
import { operatorsDoc } from '../packages/engine/src/testing/operators-doc.ts'

writeFileSync(new URL('../docs/operators.md', import.meta.url), operatorsDoc())
