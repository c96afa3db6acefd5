// Whether a model file that is not the locked one any more is at least the locked model: a file that was written anew by
// another tool has other bytes, the same tensors and the same graph. A file with another weight has not.
import type { LockedContent } from './lock.ts'
import { ScannerError } from './scanner-error.ts'
import { withTensors } from './tensors/read-tensors.ts'
import { tensorDigest, weightsDigest } from './tensors/tensor.ts'

/**
 * What a model file holds, as a lock keeps it; null where there is nothing that can be told, or not all of it: half a
 * digest would call a changed file the same.
 */
export async function lockContent(path: string): Promise<LockedContent | null> {
  try {
    return await withTensors(path, ({ format, tensors, skipped, graph }) => {
      if (skipped.length > 0 || tensors.length === 0) return null
      const digests = new Map(tensors.map((tensor) => [tensor.name, tensorDigest(tensor)]))
      if (digests.size < tensors.length) return null
      return { format, weights: weightsDigest(digests), graph, tensors: digests }
    })
  } catch (error) {
    if (error instanceof ScannerError && error.code === 'model-unreadable') return null
    throw error
  }
}

export interface ContentComparison {
  /** The same tensors, and the same graph where both have one. */
  readonly same: boolean
  /** What is equal and what is not, in words. */
  readonly difference: string
}

const named = 3

export function compareContent(locked: LockedContent, now: LockedContent | null): ContentComparison {
  if (now === null) return { same: false, difference: 'its tensors cannot be read any more' }
  const changed: string[] = []
  const removed: string[] = []
  for (const [name, digest] of locked.tensors) {
    const other = now.tensors.get(name)
    if (other === undefined) removed.push(name)
    else if (other !== digest) changed.push(name)
  }
  const added = [...now.tensors.keys()].filter((name) => !locked.tensors.has(name))
  const told = [list('changed', changed), list('removed', removed), list('added', added)].filter(
    (one) => one !== null,
  )
  const sameGraph = locked.graph === now.graph
  const sameWeights = told.length === 0
  if (sameWeights && (sameGraph || locked.graph === null || now.graph === null)) {
    const graph = locked.graph !== null && now.graph !== null ? ' and the same graph' : ''
    return {
      same: true,
      difference: `the file was written anew: all ${locked.tensors.size} tensors${graph} are as locked`,
    }
  }
  const words = [
    ...told,
    ...(sameWeights ? ['no tensor changed'] : []),
    sameGraph ? 'the graph did not change' : 'the graph changed',
  ]
  return { same: false, difference: words.join('; ') }
}

function list(what: string, names: readonly string[]): string | null {
  if (names.length === 0) return null
  const more = names.length > named ? ` and ${names.length - named} more` : ''
  return `${names.length} ${names.length === 1 ? 'tensor' : 'tensors'} ${what} (${names
    .slice(0, named)
    .map((name) => JSON.stringify(name))
    .join(', ')}${more})`
}
