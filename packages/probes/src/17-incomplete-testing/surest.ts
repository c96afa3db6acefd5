import type { Scores } from '@failmode/core'

/** The class that the model is surest of and its probability, a row: softmax of logits, or the number as it stands. */
export function surest({
  kind,
  data,
  classes,
}: Scores): readonly { readonly label: number; readonly confidence: number }[] {
  return Array.from({ length: data.length / classes }, (_, row) => {
    const own = data.subarray(row * classes, (row + 1) * classes)
    let label = 0
    for (let k = 1; k < classes; k++) if ((own[k] as number) > (own[label] as number)) label = k
    const top = own[label] as number
    if (kind === 'probabilities') return { label, confidence: top }
    let sum = 0
    for (let k = 0; k < classes; k++) sum += Math.exp((own[k] as number) - top)
    return { label, confidence: 1 / sum }
  })
}
