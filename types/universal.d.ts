// What every JavaScript runtime has and the ES library does not declare. Pure packages compile against this
// file alone, so a use of the file system, the network, a process or the DOM does not compile there.
interface AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}
interface TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>
}
declare var TextEncoder: { new (): TextEncoder }
interface TextDecoder {
  decode(input?: Uint8Array): string
}
declare var TextDecoder: { new (label?: string, options?: { fatal?: boolean }): TextDecoder }
declare function structuredClone<T>(value: T): T
