import { FailmodeError } from '@failmode/core'
import { type DigestState, provenanceTable, readProvenance, type Statement } from '@failmode/scanner'
import { exists } from '@failmode/system'
import pc from 'picocolors'
import type { Options } from '../terminal/options.ts'
import { printable } from '../terminal/printable.ts'

const words: Readonly<Record<DigestState, string>> = {
  match: 'fits',
  weak: 'fits, weak',
  mismatch: 'DIFFERS',
  none: 'none',
  'missing-file': 'file missing',
}
const paints: Readonly<Record<DigestState, (text: string) => string>> = {
  match: pc.green,
  weak: pc.yellow,
  mismatch: pc.red,
  none: pc.red,
  'missing-file': pc.yellow,
}

/** What a folder of models says of where each comes from. Exit 1 when a digest differs or a model has none. */
export async function run([folder = '']: readonly string[], options: Options): Promise<number> {
  if (!(await exists(folder))) {
    throw new FailmodeError('file-not-found', { message: `there is no folder ${folder} to look at.` })
  }
  const models = await readProvenance(folder)
  const table = provenanceTable(models)
  if (options.json === true) process.stdout.write(`${JSON.stringify({ table, models }, null, 2)}\n`)
  else {
    const out = (line = '') => process.stdout.write(`${line}\n`)
    const width = Math.min(48, Math.max(5, ...models.map(({ model }) => printable(model).length)))
    const tick = ({ present }: Statement) => (present ? pc.green('yes') : pc.dim('no ')).padEnd(3)
    if (models.length > 0) {
      out(
        pc.bold(
          `${'model'.padEnd(width)}  ${'digest'.padEnd(12)}  card  licence  origin    training data  signature`,
        ),
      )
      for (const { model, digest, card, licence, origin, trainingData, signature } of models) {
        const name = printable(model)
        const place = !origin.present
          ? pc.dim('no    ')
          : origin.pinned
            ? pc.green('pinned')
            : pc.yellow('moves ')
        out(
          `${(name.length > width ? `…${name.slice(1 - width)}` : name).padEnd(width)}  ${paints[digest.state](words[digest.state].padEnd(12))}  ${tick(card)}   ${tick(licence)}      ${place}    ${tick(trainingData)}            ${tick(signature)}`,
        )
      }
      out()
    }
    const { digest } = table
    out(
      `${pc.bold(`${table.models} ${table.models === 1 ? 'model' : 'models'}`)}: ${digest.match} with a digest that fits, ${digest.weak} with only a weak one, ${digest.mismatch} whose digest differs, ${digest.none} without digest, ${digest['missing-file']} whose file is missing`,
    )
    out(
      `card ${table.card}, licence ${table.licence}, origin ${table.origin} (pinned ${table.pinned}), training data ${table.trainingData}, signature ${table.signature} of ${table.models}`,
    )
  }
  return table.digest.mismatch + table.digest.none > 0 ? 1 : 0
}
