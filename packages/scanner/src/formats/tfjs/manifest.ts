// The manifest of a TensorFlow.js model: groups of weights, each with the files that hold them one after the other.
type Settings = Readonly<Record<string, unknown>>

export interface WeightGroup {
  readonly paths: readonly string[]
  /** Of all its files together; null when a weight has no fixed size (texts), or none that can be told. */
  readonly bytes: number | null
  readonly weights: number
}

const itemBytes: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  uint8: 1,
  uint16: 2,
  bool: 1,
  float16: 2,
  complex64: 8,
}

/** The groups, or null when it is no manifest. */
export function readManifest(value: unknown): readonly WeightGroup[] | null {
  if (!Array.isArray(value)) return null
  return value.map((group): WeightGroup => {
    const { paths, weights } = isObject(group) ? group : ({} as Settings)
    const list = Array.isArray(weights) ? weights : []
    let bytes: number | null = 0
    for (const weight of list) {
      const own = bytesOf(weight)
      bytes = own === null || bytes === null ? null : bytes + own
    }
    return {
      paths: Array.isArray(paths) ? paths.map(String) : [],
      bytes: bytes !== null && Number.isSafeInteger(bytes) ? bytes : null,
      weights: list.length,
    }
  })
}

function bytesOf(weight: unknown): number | null {
  if (!isObject(weight) || !Array.isArray(weight.shape)) return null
  const stored = isObject(weight.quantization) ? weight.quantization.dtype : weight.dtype
  const size = typeof stored === 'string' && Object.hasOwn(itemBytes, stored) ? itemBytes[stored]! : null
  if (size === null || !weight.shape.every((one) => Number.isSafeInteger(one) && (one as number) >= 0))
    return null
  return (weight.shape as readonly number[]).reduce((product, one) => product * one, size)
}

export function leadsOut(path: string): boolean {
  return /^[/\\~]|^[A-Za-z]:|^[a-z][a-z0-9+.-]{0,20}:|(?:^|[/\\])\.\.(?:[/\\]|$)|[\0\\]/i.test(path)
}

export function isObject(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
