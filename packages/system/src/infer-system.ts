export interface InferredConfig {
  readonly text: string
  readonly details: readonly string[]
  readonly config: unknown
  readonly summary: string
}
export async function inferConfig(_: unknown): Promise<InferredConfig> {
  throw new Error('soon')
}
