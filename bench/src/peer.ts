// A peer is another library that we are measured beside: a Python script in the environment that
// `bench/peers/setup` makes. It runs as a child for as long as the bar needs it and takes one JSON request a
// line, so that its turns can be interleaved with ours without starting an interpreter in between.
// Scripts answer with `bench/peers/serve.py`. Tensors do not go through the pipe: pass paths of files.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { FailmodeError } from '@failmode/core'
import { repositoryRoot } from './shared-data.ts'

export interface Peer {
  /** For the load filter: this process's work is ours. */
  readonly pid: number
  /** Calls one of the script's functions. Rejects with `step-failed` when it raised, `worker-died` when it ended. */
  readonly call: <Result>(method: string, params?: unknown) => Promise<Result>
  /** Lets the script end; kills it after five seconds. */
  readonly close: () => Promise<void>
}

/** A running peer, or why there is none. */
export type OpenedPeer =
  | { readonly peer: Peer; readonly reason: null }
  | { readonly peer: null; readonly reason: string }

export interface OpenPeerOptions {
  /** Distributions that the script imports, by the names in peers.json. */
  readonly needs?: readonly string[]
  /** Added to the environment, such as OMP_NUM_THREADS. */
  readonly environment?: Readonly<Record<string, string>>
  /** The folder that holds the scripts and .venv. */
  readonly folder?: string
  readonly signal?: AbortSignal
}

interface PeersFile {
  readonly python: string
  readonly peers: readonly {
    readonly name: string
    readonly version: string | null
    readonly reason: string | null
  }[]
}

const peersFolder = join(repositoryRoot, 'bench', 'peers')
const setupHint = 'run bench/peers/setup'

/** The version of each peer that is installed; an absent one has its reason instead. null: no environment. */
export function peerVersions(
  folder = peersFolder,
): ReadonlyMap<string, { readonly version: string | null; readonly reason: string | null }> | null {
  const file = join(folder, '.venv', 'peers.json')
  if (!existsSync(file)) return null
  const { peers } = JSON.parse(readFileSync(file, 'utf8')) as PeersFile
  return new Map(peers.map(({ name, version, reason }) => [name, { version, reason }]))
}

/**
 * Starts `bench/peers/<script>` and waits until it is ready. Gives the reason instead of a peer when the environment or
 * one of `needs` is absent, or when the script ends before it is ready; the caller closes what it gets.
 */
export async function openPeer(
  script: string,
  { needs = [], environment = {}, folder = peersFolder, signal }: OpenPeerOptions = {},
): Promise<OpenedPeer> {
  const versions = peerVersions(folder)
  if (!versions) return { peer: null, reason: `no peers are installed; ${setupHint}` }
  for (const name of needs) {
    const found = versions.get(name)
    if (!found?.version) {
      return { peer: null, reason: `${name} is absent (${found?.reason ?? 'not listed'}); ${setupHint}` }
    }
  }
  const python = join(folder, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  const child = spawn(python, ['-W', 'ignore', join(folder, script)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
    ...(signal ? { signal } : {}),
  })
  return converse(child, script)
}

/** Speaks the protocol: `{id, method, params}` out; `{ready}`, then `{id, result}` or `{id, error}` in. */
async function converse(child: ChildProcess, script: string): Promise<OpenedPeer> {
  const { stdin, stdout, stderr } = child
  if (!stdin || !stdout || !stderr) throw new Error('the peer has no pipes')
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let complaints = ''
  let ended: string | null = null
  let lastId = 0
  let started: () => void = () => {}
  const ready = new Promise<void>((resolve) => {
    started = resolve
  })

  const end = (reason: string) => {
    if (ended !== null) return
    ended = reason
    const error = new FailmodeError('worker-died', { message: `the peer ${script} ended: ${reason}` })
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  const closed = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      end(error.message)
      // A child that could not be started never closes.
      if (child.pid === undefined) resolve()
    })
    child.once('close', (code, killedBy) => {
      const last = complaints.trim().split('\n').at(-1)
      end(last || (killedBy ? `killed by ${killedBy}` : `exit status ${code}`))
      resolve()
    })
  })
  // Writing to a peer that has just died fails; its `close` says why.
  stdin.on('error', () => {})
  stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-4000)
  })
  createInterface({ input: stdout }).on('line', (line) => {
    let answer: { ready?: boolean; id?: number; result?: unknown; error?: string }
    try {
      answer = JSON.parse(line)
    } catch {
      child.kill('SIGKILL')
      return end(`it wrote a line that is not JSON: ${line.slice(0, 200)}`)
    }
    if (answer.ready) return started()
    const asked = waiting.get(answer.id ?? -1)
    if (!asked) return
    waiting.delete(answer.id ?? -1)
    if (answer.error === undefined) asked.resolve(answer.result)
    else asked.reject(new FailmodeError('step-failed', { message: `the peer ${script}: ${answer.error}` }))
  })

  await Promise.race([ready, closed])
  if (ended !== null) return { peer: null, reason: `the peer ${script} did not start: ${ended}` }
  return {
    reason: null,
    peer: {
      pid: child.pid ?? -1,
      call: <Result>(method: string, params: unknown = null) =>
        new Promise<Result>((resolve, reject) => {
          if (ended !== null) {
            reject(new FailmodeError('worker-died', { message: `the peer ${script} ended: ${ended}` }))
            return
          }
          const id = ++lastId
          waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
          stdin.write(`${JSON.stringify({ id, method, params })}\n`)
        }),
      close: async () => {
        stdin.end()
        const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
        await closed
        clearTimeout(timer)
      },
    },
  }
}
