// The attacks of other libraries, each library in a process of its own. They are asked at the same time, since only
// what they find counts here and not how long it takes.
import type { BenchContext } from '../../bar.ts'
import { openPeer } from '../../peer.ts'
import type { EvasionNet } from './nets.ts'

export const distributions = {
  art: 'adversarial-robustness-toolbox',
  foolbox: 'foolbox',
  torchattacks: 'torchattacks',
} as const
export type Library = keyof typeof distributions

/** What each library answers, and why those are missing that are. */
export interface PeerAnswers<Result> {
  readonly answers: ReadonlyMap<Library, Result>
  readonly missing: readonly string[]
}

/** Calls a function of bench/peers/evasion/attacks.py for each library, with `library` among its parameters. */
export async function askPeers<Result>(
  { onnx, samples, mean, std }: EvasionNet,
  libraries: readonly Library[],
  {
    method,
    params,
    context,
  }: { readonly method: string; readonly params: object; readonly context: BenchContext },
): Promise<PeerAnswers<Result>> {
  const answers = new Map<Library, Result>()
  const missing: string[] = []
  await Promise.all(
    libraries.map(async (library) => {
      const { peer, reason } = await openPeer('evasion/attacks.py', {
        needs: ['torch', 'onnx', 'onnxruntime', distributions[library]],
        environment: { OMP_NUM_THREADS: '1' },
        signal: context.signal,
      })
      if (!peer) {
        missing.push(reason)
        return
      }
      try {
        await peer.call('open', { onnx, samples, mean, std })
        answers.set(library, await peer.call<Result>(method, { library, ...params }))
      } catch (error) {
        context.signal.throwIfAborted()
        missing.push(`${library} failed: ${(error as Error).message}`)
      } finally {
        await peer.close()
      }
    }),
  )
  return { answers, missing }
}
