import type { Source } from '../../source/source.ts'
import type { ScanContext } from '../format.ts'
import { couldBegin } from './find-pickles.ts'
import { runPickle } from './machine.ts'

/**
 * Looks whether what should be raw numbers begins as a pickle that does something, and examines it as one if so. Numbers
 * may begin with the same bytes; they do not import.
 */
export async function examineRaw(numbers: Source, name: string, context: ScanContext): Promise<void> {
  const head = numbers.read(0, 4)
  if (!(head[0] === 0x80 && head[1]! <= 5 && couldBegin(head, 2)) && head[0] !== 0x63) return
  const { globals } = runPickle(numbers, 0, { budget: context.budget })
  if (!globals.some(({ judgement, calls }) => judgement.standing === 'dangerous' || calls > 0)) return
  await context.scan(numbers, name)
}
