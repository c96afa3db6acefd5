// Pickles, judged by default deny: every name that is imported must be known to be harmless. What is called is
// reconstructed, bytes that are loaded in their turn are examined as files, and an error does not excuse what came
// before it. Several pickles in a row are one part.

import { constants, inflateSync } from 'node:zlib'
import { quoted } from '../../scan/quoted.ts'
import type { Json } from '../../scan/scan-report.ts'
import { memorySource, type Source, slice } from '../../source/source.ts'
import { looksExecutable } from '../executable/looks-executable.ts'
import { type Format, Malformed, NotThisFormat, type ScanContext } from '../format.ts'
import { examineStorages, isLegacyTorch } from '../pytorch/legacy.ts'
import { couldBegin } from './find-pickles.ts'
import { bytesOf, textOf } from './literals.ts'
import { beginsLikeFile, type PickleRun, payloadHead, runPickle } from './machine.ts'
import { strayFile } from './notable.ts'
import { render } from './render.ts'
import { pickleRules } from './rules.ts'
import { type Skimmed, skimPickle } from './skim.ts'
import { type Call, type Global, itemsOf, type Value } from './values.ts'

const moduleName = /^[\p{L}_][\p{L}\p{M}\p{N}_.]*$/u
const picklesInARow = 100_000
const globalsShown = 300
const payloadsOpened = 50

export const pickle: Format = {
  id: 'pickle',
  title: 'Python pickle',
  recognise(head) {
    // A protocol, then an opcode: by chance one in a hundred thousand.
    if (head[0] === 0x80 && head[1] !== undefined && head[1] <= 5)
      return couldBegin(head, 2) ? 'sure' : 'maybe'
    return couldBegin(head, 0) ? 'maybe' : 'no'
  },
  async examine(source, context) {
    const runs: PickleRun[] = []
    let at = 0
    let count = 0
    const kept = new Map<string, Global>()
    while (at < source.size && count < picklesInARow) {
      if (count > 0 && !couldBegin(source.read(at, 16), 0)) break
      if (count === 0) {
        const skimmed = skim(source, context)
        if (skimmed !== null) {
          count = 1
          at = skimmed.end
          continue
        }
      }
      const run = runPickle(source, at, { budget: context.budget })
      if (!plausible(run, source, count)) {
        if (count === 0) throw new NotThisFormat('no pickle')
        break
      }
      count += 1
      if (runs.length < 8) runs.push(run)
      for (const value of run.globals) {
        const key = `${value.module}.${value.name}`
        const before = kept.get(key)
        if (before === undefined) kept.set(key, value)
        else before.firstCall ??= value.firstCall
      }
      await report(run, source, context)
      at = run.end
      if (run.fault !== null) {
        facts(kept, runs, count, context)
        broken(run, context)
      }
      if (count === 4 && isLegacyTorch(runs, source)) {
        const last = runPickle(source, at, { budget: context.budget, keep: 1_000_000 })
        await report(last, source, context)
        if (last.fault !== null) broken(last, context)
        at = await examineStorages(source, last, runs[3]!, context)
        context.fact('layout', 'pytorch-legacy')
        break
      }
    }
    facts(kept, runs, count, context)
    return { end: at }
  },
}

const worthSkimming = 1 << 16

/** The first pickle of a large file, when it is nothing but data. */
function skim(source: Source, { budget }: ScanContext): Skimmed | null {
  // Old PyTorch files begin with a magic number, and what follows depends on it.
  if (source.size < worthSkimming || source.read(0, 3)[2] === 0x8a) return null
  return skimPickle(source, 0, {
    budget,
    unusual: (at, length) => beginsLikeFile(source.read(at, Math.min(length, payloadHead))),
  })
}

/** Whether bytes that can be read as opcodes are meant to be. */
function plausible(run: PickleRun, source: Source, before: number): boolean {
  // A line of a program, `import os`, begins like INST; no module is called `mport os`.
  const harmful = run.globals.some(
    ({ module, judgement, calls }) =>
      (judgement.standing === 'dangerous' || calls > 0) && (module === '?' || moduleName.test(module)),
  )
  // Text and numbers run for a few opcodes by chance; a payload in front of an error does more.
  if (run.fault !== null) return harmful || (run.protocol >= 2 && run.ops > 16 && before === 0)
  if (run.protocol >= 2) return true
  const named = run.globals.length > 0 || run.ops > 3 || run.end === source.size
  return named && (before === 0 || run.globals.length > 0)
}

function broken(run: PickleRun, context: ScanContext): never {
  const { offset, message } = run.fault!
  if (run.globals.length > 0) {
    context.report(pickleRules['error-after-payload'], {
      message: `After ${run.globals.length} ${run.globals.length === 1 ? 'import' : 'imports'}: ${message}.`,
      offset,
    })
  }
  throw new Malformed(message, offset)
}

function facts(
  globals: ReadonlyMap<string, Global>,
  runs: readonly PickleRun[],
  count: number,
  context: ScanContext,
): void {
  context.fact('protocol', Math.max(0, ...runs.map(({ protocol }) => protocol)))
  context.fact(
    'opcodes',
    runs.reduce((sum, { ops }) => sum + ops, 0),
  )
  if (count > 1) context.fact('pickles', count)
  context.fact(
    'imports',
    [...globals.values()].slice(0, globalsShown).map(
      ({ module, name, judgement, calls }): Json => ({
        name: `${module}.${name}`.slice(0, 300),
        standing: judgement.standing,
        called: calls > 0,
      }),
    ),
  )
  const arrays = runs.reduce((sum, run) => sum + run.arrays, 0)
  if (arrays > 0) context.fact('arrays', arrays)
}

async function report(run: PickleRun, source: Source, context: ScanContext): Promise<void> {
  const opened = new Set<Value>()
  for (const value of run.globals) await reportGlobal(value, source, context, opened)
  for (const call of run.indirect.slice(0, 20)) {
    context.report(pickleRules['computed-call'], {
      message: `What is called is ${quoted(render(source, call.callee))}.`,
      offset: call.at,
      call: render(source, call),
    })
  }
  for (const call of run.notable) {
    const file = strayFile(call, source)
    if (file !== null) {
      context.report(pickleRules['names-other-file'], {
        message: `It names ${quoted(file)}.`,
        offset: call.at,
      })
    } else {
      context.report(pickleRules['misused-name'], {
        message: `It calls ${quoted(render(source, call))}.`,
        offset: call.at,
        call: render(source, call),
      })
    }
  }
  for (const { offset, target, state } of run.planted.slice(0, 20)) {
    // A class of the pickle's own kind that is given its attributes is how cloudpickle writes classes.
    context.report(pickleRules.planted, {
      message: `It changes ${quoted(render(source, target))}.`,
      offset,
      call: `${render(source, target)}.__setstate__(${render(source, state)})`,
    })
  }
  for (const { offset, message } of run.oddities) {
    context.report(pickleRules['odd-machine'], {
      message: `${message.charAt(0).toUpperCase()}${message.slice(1)}.`,
      offset,
    })
  }
  let count = 0
  for (const payload of run.payloads) {
    if (opened.has(payload)) continue
    const inner =
      payload.kind === 'bytes'
        ? slice(source, payload.at, payload.length)
        : memorySource(bytesOf(source, payload) ?? new Uint8Array(0))
    if (inner.size === 0 || !worthOpening(inner, context)) continue
    if (++count > payloadsOpened) break
    await context.scan(inner, `bytes at ${payload.at}`)
  }
}

/** Raw numbers can begin like a pickle or a compressed stream; they do not go on like one. */
function worthOpening(inner: Source, { budget }: ScanContext): boolean {
  const head = inner.read(0, 1 << 16)
  if (head[0] === 0x78) {
    try {
      const start = inflateSync(head, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1 << 20 })
      return beginsLikeFile(start.subarray(0, payloadHead))
    } catch {
      return false
    }
  }
  const executable = looksExecutable(head.subarray(0, 4096))
  if (head[0] === 0x4d || head[0] === 0x7f) return executable !== null
  if (head[0] === 0x50 || head[0] === 0x1f || head[0] === 0x93) return true
  const run = runPickle(inner, 0, { budget })
  const dangerous = run.globals.some(({ judgement }) => judgement.standing === 'dangerous')
  return run.fault === null ? run.globals.length > 0 && (head[0] === 0x80 || dangerous) : dangerous
}

/** Functions by which dill and cloudpickle build functions and classes from code. */
const codeCarriers =
  /^(?:dill(?:\._dill)?|cloudpickle(?:\.cloudpickle(?:_fast)?)?|ray\.cloudpickle(?:\.cloudpickle)?|joblib\.externals\.cloudpickle(?:\.cloudpickle)?|pyspark\.cloudpickle(?:\.cloudpickle)?|marshal|_marshal)$/
const loaders = new Set(['_load_from_bytes', 'loads', 'load', '_unpickle', 'read_pickle', 'Unpickler'])

async function reportGlobal(
  value: Global,
  source: Source,
  context: ScanContext,
  opened: Set<Value>,
): Promise<void> {
  const { module, name, judgement, at, firstCall } = value
  const called = firstCall === null ? {} : { call: render(source, firstCall) }
  const what = `${module}.${name}`
  if (judgement.standing === 'safe') return
  if (module === '?') {
    context.report(pickleRules['computed-call'], {
      message: 'A name that is imported is computed while the pickle is loaded.',
      offset: at,
      ...called,
    })
    return
  }
  if (module === 'copyreg' && name.startsWith('_inverted_registry')) {
    context.report(pickleRules['unknown-extension'], {
      message: `The extension code ${/\d+/.exec(name)?.[0] ?? '?'}.`,
      offset: at,
      ...called,
    })
    return
  }
  // Classes that TorchScript defines in its own code, which no Python module holds.
  if (module === '__torch__' || module.startsWith('__torch__.')) return
  if (firstCall !== null && loaders.has(name)) {
    for (const argument of itemsOf(firstCall.args)) {
      const bytes = bytesOf(source, argument)
      if (bytes === null) continue
      opened.add(argument)
      const inner = await context.scan(memorySource(bytes), `bytes at ${firstCall.at}`)
      if (module === 'torch.storage' && inner.verdict === 'clean') {
        context.report(pickleRules['nested-pickle'], {
          message: `${bytes.length} bytes, given to ${what}.`,
          offset: at,
        })
        return
      }
    }
  }
  if (
    codeCarriers.test(module) &&
    (judgement.standing === 'unknown' ||
      judgement.kind === 'resolver' ||
      judgement.kind === 'nested-load' ||
      judgement.kind === 'exec')
  ) {
    const reached = firstCall === null ? [] : namesInCode(firstCall, source)
    context.report(pickleRules['carries-code'], {
      message:
        reached.length === 0
          ? `It calls ${what}.`
          : `It calls ${what}, and the code names ${reached.join(', ')}.`,
      offset: at,
      ...called,
      ...(reached.length > 0 ||
      !/^(?:_?create_|_make_|_fill_|_builtin_type|_load_type|_get_attr|_import_module|subimport|_cell|CodeType|FunctionType|MethodType|_lookup|_function_setstate|_class_setstate|_whichmodule|dynamic_subimport|_gen_)/.test(
        name,
      )
        ? { verdict: 'malicious' as const, severity: 'critical' as const }
        : {}),
    })
    return
  }
  if (judgement.standing === 'unknown') {
    context.report(pickleRules['unknown-import'], {
      message: `It imports ${quoted(what)}${firstCall === null ? '' : ' and calls it'}.`,
      offset: at,
      ...called,
      ...(firstCall === null ? {} : { severity: 'high' as const }),
    })
    return
  }
  context.report(pickleRules['dangerous-import'], {
    message: `It imports ${quoted(what)}${firstCall === null ? '' : ' and calls it'}; ${judgement.entry} ${describe[judgement.kind]}.`,
    offset: at,
    ...called,
    severity: judgement.severity,
    ...(judgement.severity === 'medium' ? { verdict: 'suspicious' as const } : {}),
  })
}

const describe = {
  exec: 'runs code or commands',
  resolver: 'turns text into functions, so that any other can be reached',
  native: 'loads or calls native code',
  tamper: 'switches protections or scanners off',
  'nested-load': 'loads another pickle or model',
  network: 'reaches the network',
  file: 'reads or writes files',
  'process-control': 'starts threads or handles signals',
  encode: 'encodes or decodes data, which hides a payload',
} as const

const reaching = new Set([
  'os',
  'sys',
  'system',
  'popen',
  'subprocess',
  'Popen',
  'socket',
  'exec',
  'eval',
  '__import__',
  'importlib',
  'urllib',
  'requests',
  'ctypes',
  'shutil',
  'pty',
  'spawn',
  'check_output',
  'urlopen',
  'builtins',
  'base64',
  'marshal',
])

/** Names that reach the system, among the texts of a code object. */
function namesInCode(call: Call, source: Source): string[] {
  const found = new Set<string>()
  const waiting: Value[] = [call.args]
  for (let seen = 0; waiting.length > 0 && seen < 5_000; seen++) {
    const one = waiting.pop()
    if (typeof one !== 'object' || one === null) continue
    if (one.kind === 'tuple' || one.kind === 'list') waiting.push(...one.items)
    else if (one.kind === 'call') waiting.push(one.args)
    else if (one.kind === 'text' && one.length <= 64) {
      const text = textOf(source, one)
      if (text !== null && reaching.has(text)) found.add(text)
    } else if (one.kind === 'bytes' && one.length < 65_536) {
      // Marshalled code: names stand in it as texts.
      const raw = Buffer.from(source.read(one.at, one.length)).toString('latin1')
      for (const match of raw.matchAll(/[A-Za-z_]\w{1,20}/g)) if (reaching.has(match[0])) found.add(match[0])
    }
  }
  return [...found].sort().slice(0, 12)
}
