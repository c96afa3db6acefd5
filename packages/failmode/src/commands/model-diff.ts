import { FailmodeError } from '@failmode/core'
import {
  diffModels,
  type ModelDiff,
  type NodeChange,
  type TensorChange,
  type TensorKind,
} from '@failmode/scanner'
import { exists } from '@failmode/system'
import pc from 'picocolors'
import type { Options } from '../terminal/options.ts'
import { printable } from '../terminal/printable.ts'

const shown = 20

/** Compares two model files. Exit 0 when they hold the same model, 1 when not. */
export async function run([first = '', second = '']: readonly string[], options: Options): Promise<number> {
  for (const path of [first, second]) {
    if (!(await exists(path))) {
      throw new FailmodeError('file-not-found', { message: `there is no file ${path} to compare.` })
    }
  }
  const diff = await diffModels(first, second)
  if (options.json === true) process.stdout.write(`${JSON.stringify(diff, null, 2)}\n`)
  else print(diff, options.all === true ? Number.POSITIVE_INFINITY : shown)
  return diff.equal === 'no' ? 1 : 0
}

function print(
  { equal, formats, unchanged, added, removed, renamed, changed, graph, skipped }: ModelDiff,
  most: number,
): void {
  const out = (line = '') => process.stdout.write(`${line}\n`)
  const list = <Item>(title: string, items: readonly Item[], line: (item: Item) => string): void => {
    if (items.length === 0) return
    out(pc.bold(`${title}: ${items.length}`))
    for (const item of items.slice(0, most)) out(`  ${line(item)}`)
    if (items.length > most) out(pc.dim(`  and ${items.length - most} more; --all lists them`))
  }
  if (equal === 'bytes') out(pc.green('the same file, byte for byte'))
  else if (equal === 'content') out(pc.green(`the same model in other bytes (${formats.join(' and ')})`))
  else out(pc.yellow(`different models (${formats.join(' and ')})`))
  // Largest change first.
  const bySize = [...changed].sort(
    (a, b) =>
      (b.values?.relativeL2 ?? Number.POSITIVE_INFINITY) - (a.values?.relativeL2 ?? Number.POSITIVE_INFINITY),
  )
  list('tensors changed', bySize, changeLine)
  list('tensors removed', removed, namedLine)
  list('tensors added', added, namedLine)
  list('tensors renamed', renamed, ({ from, to }) => `${printable(from)} → ${printable(to)}`)
  out(`tensors unchanged: ${unchanged}`)
  if (graph !== null) {
    const line = ({ output, what }: NodeChange) => `${printable(output)}  ${printable(what)}`
    list('nodes changed', graph.changed, line)
    list('nodes removed', graph.removed, line)
    list('nodes added', graph.added, line)
    const nodes = graph.changed.length + graph.removed.length + graph.added.length
    out(
      graph.equal
        ? 'the graphs are equal'
        : nodes === 0
          ? 'the graphs differ in inputs, outputs, operator sets or functions'
          : 'the graphs differ',
    )
  }
  list('not compared', skipped, ({ name, why }) => `${printable(name)}: ${printable(why)}`)
}

function namedLine({ name, ...kind }: { readonly name: string } & TensorKind): string {
  return `${printable(name)}  ${pc.dim(kindText(kind))}`
}

function kindText({ dtype, shape }: TensorKind): string {
  return `${dtype} [${shape.join(', ')}]`
}

function changeLine({ name, first, second, values }: TensorChange): string {
  const kinds =
    kindText(first) === kindText(second) ? kindText(first) : `${kindText(first)} → ${kindText(second)}`
  if (values === null) return `${printable(name)}  ${pc.dim(kinds)}`
  const { count, changed, maxAbs, relativeL2 } = values
  const share = changed === count ? 'all' : `${changed} of ${count}`
  const relative = relativeL2 === null ? '' : `, relative ${relativeL2.toPrecision(3)}`
  return `${printable(name)}  ${pc.dim(kinds)}  ${changed === 0 ? 'no value' : `${share} ${count === 1 ? 'value' : 'values'}`} changed, by at most ${maxAbs.toPrecision(3)}${relative}`
}
