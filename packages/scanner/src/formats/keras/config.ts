// The settings of a Keras model are a tree in which any object may name a class or a function that the loader looks up
// and calls. So every object at any depth is judged: what it names must be on the list of what only computes. Names of
// files and addresses among the values are looked for as well, since some layers read them.
import { judgeImport } from '../../policy/judge-import.ts'
import { quoted } from '../../scan/quoted.ts'
import { memorySource } from '../../source/source.ts'
import type { ScanContext } from '../format.ts'
import { judgeOp } from '../saved-model/judge-op.ts'
import { readBytecode } from './bytecode.ts'
import {
  isGadget,
  isKeras,
  isKnownClass,
  isKnownFunction,
  isSwitch,
  judgeTensorFlow,
  loadingLayers,
} from './names.ts'
import { kerasRules } from './rules.ts'

type Settings = Readonly<Record<string, unknown>>

export function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export interface KerasConfigOptions {
  /** Put at the end of each message: ` in training_config`. */
  readonly where?: string
  /** A SavedModel is loaded without the classes of its author's own, and does not import what is named. */
  readonly ownClasses?: 'needed' | 'optional'
}

/** Judges all that settings name. */
export async function examineKerasConfig(
  settings: unknown,
  context: ScanContext,
  { where = '', ownClasses = 'needed' }: KerasConfigOptions = {},
): Promise<void> {
  const layers = new Map<string, number>()
  // The JSON has a bounded depth, and the list of what waits takes no more than the JSON does.
  const waiting: { readonly value: unknown; readonly owner: string }[] = [{ value: settings, owner: '' }]
  for (let seen = 0; waiting.length > 0; seen++) {
    if ((seen & 0xff) === 0) context.budget.checkTime()
    const { value, owner } = waiting.pop()!
    if (Array.isArray(value)) {
      for (const item of value)
        if (typeof item === 'object' && item !== null) waiting.push({ value: item, owner })
      continue
    }
    if (!isSettings(value)) continue
    const name = typeof value.class_name === 'string' ? value.class_name : null
    if (name !== null) {
      if (layers.size < 200 || layers.has(name)) layers.set(name, (layers.get(name) ?? 0) + 1)
      await examineObject(value, name, { context, where, ownClasses })
    } else if (owner !== 'Lambda' && typeof value.module === 'string' && typeof value.function === 'string') {
      examineNamed(value.function, value.module, { context, where, ownClasses, label: 'function' })
    }
    const inside = name ?? owner
    for (const [key, item] of Object.entries(value)) {
      if (typeof item === 'object' && item !== null) waiting.push({ value: item, owner: inside })
      else if (typeof item === 'string') examineText(key, item, { context, where, ownClasses, owner: inside })
    }
  }
  context.fact(`classes${where}`, Object.fromEntries([...layers].sort(([a], [b]) => (a < b ? -1 : 1))))
}

interface Place {
  readonly context: ScanContext
  readonly where: string
  readonly ownClasses: 'needed' | 'optional'
}

async function examineObject(
  object: Settings,
  name: string,
  { context, where, ownClasses }: Place,
): Promise<void> {
  const module = typeof object.module === 'string' ? object.module : null
  const config = object.config
  const registered = typeof object.registered_name === 'string' ? object.registered_name : null
  if (name === '__lambda__') return await examineLambda(config, { context, where, ownClasses })
  if (name === 'function') {
    // A function by name: its own module, or built-in ones of Keras.
    const called = typeof config === 'string' ? config : ''
    examineNamed(called, module, { context, where, ownClasses, label: 'function' })
    return
  }
  if (name === '__typespec__') {
    const spec = isSettings(object) && typeof object.spec_name === 'string' ? object.spec_name : ''
    examineNamed(spec, module, { context, where, ownClasses, label: 'type' })
    return
  }
  if (name === 'Lambda') return await examineLambda(config, { context, where, ownClasses })
  const plain = name.replace(/^Custom>/, '')
  if (loadingLayers.has(plain.split('>').at(-1)!))
    return await examineLoading(plain, config, { context, where, ownClasses })
  if (plain === 'TFOpLambda' && isSettings(config)) {
    examineTensorFlow(String(config.function ?? ''), { context, where, ownClasses })
    return
  }
  if (plain === 'TensorFlowOpLayer' && isSettings(config)) {
    examineNode(config.node_def, { context, where, ownClasses })
    return
  }
  if (
    plain === 'SlicingOpLambda' ||
    plain === 'ClassMethod' ||
    plain === 'InstanceMethod' ||
    plain === 'InstanceProperty'
  ) {
    examineAttribute(plain, config, { context, where, ownClasses })
    return
  }
  if (
    ownClasses === 'needed' &&
    registered?.includes('>') &&
    !isKnownClass(registered.split('>').at(-1)!, null)
  ) {
    context.report(kerasRules['custom-object'], {
      message: `${quoted(registered)} is registered by code of the author’s${where}.`,
    })
    // With a module outside Keras the module is imported all the same.
    if (module === null || module === '' || isKeras(module)) return
  }
  examineNamed(plain, module, { context, where, ownClasses, label: 'class' })
}

function examineNamed(
  name: string,
  module: string | null,
  { context, where, ownClasses, label }: Place & { readonly label: 'class' | 'function' | 'type' },
): void {
  const known = label === 'function' ? isKnownFunction(name, module) : isKnownClass(name, module)
  if (known) return
  const dotted = module === null || module === '' ? name : `${module}.${name}`
  const { rule, malicious } = objection(name, module)
  if (rule === 'custom-object' && ownClasses === 'optional') return
  context.report(kerasRules[rule], {
    message: `The ${label} ${quoted(dotted)} is named${where}.`,
    ...(rule === 'custom-object' ? {} : { call: `${dotted}(...)`.slice(0, 200) }),
    ...(malicious ? { verdict: 'malicious', severity: 'critical' } : {}),
  })
}

/** Why a name that is on no list is objected to. */
function objection(
  name: string,
  module: string | null,
): { readonly rule: keyof typeof kerasRules; readonly malicious: boolean } {
  if (module === null || module === '' || module === 'builtins') {
    // Without a module a name is looked up among the author's own objects, a dotted one as it stands.
    const dot = name.lastIndexOf('.')
    const judged = judgeImport(dot === -1 ? 'builtins' : name.slice(0, dot), name.slice(dot + 1))
    if (judged.standing === 'dangerous' && (dot !== -1 || module === 'builtins')) {
      return { rule: 'foreign-object', malicious: true }
    }
    return { rule: 'custom-object', malicious: false }
  }
  if (isSwitch(name, module)) return { rule: 'unsafe-switch', malicious: true }
  if (isKeras(module)) {
    return {
      rule: isGadget(module, name) ? 'calls-gadget' : 'unlisted-object',
      malicious: isGadget(module, name),
    }
  }
  return { rule: 'foreign-object', malicious: judgeImport(module, name).standing === 'dangerous' }
}

/** Keras 3 keeps `{code, defaults, closure}`; Keras 2 `[code, defaults, closure]` or the name of a function. */
async function examineLambda(config: unknown, { context, where }: Place): Promise<void> {
  const codes: string[] = []
  if (isSettings(config)) {
    for (const key of ['code', 'value', 'function', 'mask', 'output_shape'] as const) {
      const item = config[key]
      const type = config[`${key}_type`]
      if (typeof item === 'string' && (key === 'code' || key === 'value' || type === 'lambda'))
        codes.push(item)
      else if (typeof item === 'string' && key === 'function') {
        context.report(kerasRules['lambda-layer'], {
          message: `A Lambda layer calls ${quoted(item)}${where}.`,
          ...(judgeImport(String(config.module ?? ''), item).standing === 'dangerous'
            ? { verdict: 'malicious', severity: 'critical' }
            : {}),
        })
      } else {
        // In a SavedModel the three parts are wrapped once more. A `__lambda__` object is met by itself.
        const parts = isSettings(item) && Array.isArray(item.items) ? item.items : item
        if (Array.isArray(parts) && typeof parts[0] === 'string' && parts[0].length > 20) codes.push(parts[0])
      }
    }
  }
  for (const code of codes) {
    const read = readBytecode(code)
    const names = read?.names.slice(0, 20).map((name) => quoted(name, { limit: 40 }))
    context.report(kerasRules['lambda-layer'], {
      message:
        read === null
          ? `A Lambda layer keeps code that is not compiled Python${where}.`
          : `${read.bytes} bytes of compiled Python${where}; it names ${names!.join(', ')}.`,
    })
    if (read !== null && read.dangerous.length > 0) {
      context.report(kerasRules['lambda-payload'], {
        message: `The code names ${read.dangerous
          .slice(0, 10)
          .map((name) => quoted(name, { limit: 60 }))
          .join(', ')}${where}.`,
      })
    }
  }
  const nested =
    isSettings(config) &&
    Object.values(config).some((item) => isSettings(item) && item.class_name === '__lambda__')
  if (codes.length === 0 && !nested && !(isSettings(config) && typeof config.function === 'string')) {
    context.report(kerasRules['lambda-layer'], { message: `A Lambda layer${where}.` })
  }
}

async function examineLoading(name: string, config: unknown, { context, where }: Place): Promise<void> {
  const settings = isSettings(config) ? config : {}
  const path = settings.filepath ?? settings.handle ?? settings.path
  context.report(kerasRules['loads-another'], {
    message: `${name}${typeof path === 'string' ? ` loads ${quoted(path)}` : ''}${where}.`,
  })
  const packed = isSettings(settings.module) ? settings.module.config : settings.module
  const text = isSettings(packed) ? packed.value : packed
  // A PyTorch module is kept as what torch.save wrote, in base64 or as text of its bytes.
  if (typeof text === 'string' && text.length > 20) {
    const bytes = /^[A-Za-z0-9+/=\s]+$/.test(text) ? Buffer.from(text, 'base64') : Buffer.from(text, 'latin1')
    await context.scan(memorySource(bytes), `${name} module`)
  }
}

function examineTensorFlow(symbol: string, { context, where }: Place): void {
  const judged = judgeTensorFlow(symbol)
  if (judged === 'safe') return
  context.report(kerasRules[judged === 'file' ? 'tensorflow-file' : 'tensorflow-call'], {
    message: `A TFOpLambda layer calls tf.${quoted(symbol)}${where}.`,
    call: `tf.${symbol}(...)`.slice(0, 200),
  })
}

/** Of Keras 2.2 to 2.3: one operator of a graph, as JSON or as an object. */
function examineNode(node: unknown, { context, where }: Place): void {
  const text = typeof node === 'string' ? node : JSON.stringify(node ?? '')
  const op =
    /"op"\s{0,20}:\s{0,20}"([^"]{1,200})"/.exec(text)?.[1] ?? (isSettings(node) ? String(node.op ?? '') : '')
  const { standing } = judgeOp(op)
  if (standing === 'ordinary') return
  context.report(kerasRules[standing === 'unknown' ? 'tensorflow-call' : 'tensorflow-file'], {
    message: `A TensorFlowOpLayer runs the operator ${quoted(op)}${where}.`,
  })
}

function examineAttribute(kind: string, config: unknown, { context, where }: Place): void {
  if (!isSettings(config)) return
  const used = [config.function, config.cls_symbol, config.method_name, config.attr_name].filter(
    (item): item is string => typeof item === 'string',
  )
  for (const name of used) {
    const harmless =
      name === '__operators__.getitem' ||
      /^(?:[a-z]\w*|__(?:add|sub|mul|truediv|floordiv|mod|pow|neg|abs|getitem|and|or|xor|invert|eq|ne|lt|le|gt|ge|matmul)__)$/.test(
        name,
      ) ||
      /^(?:\w+\.)*(?:SparseTensor|RaggedTensor|Tensor|IndexedSlices|Variable|TensorShape)$/.test(name)
    if (!harmless) {
      context.report(kerasRules['tensorflow-call'], {
        message: `A ${kind} layer uses ${quoted(name)}${where}.`,
      })
    }
  }
}

/** Settings that layers open as files. */
const fileKeys = new Set([
  'vocabulary',
  'vocabulary_file',
  'filepath',
  'file_path',
  'filename',
  'path',
  'handle',
  'proto_path',
  'vocab_file',
  'merges',
  'asset',
  'uri',
  'url',
  'origin',
])
const address = /^(?:https?|ftps?|file|s3|gs|gcs|hdfs|ipfs|hf|kaggle|smb):\/\/|^\\\\[^\\]/i
const pathLike =
  /^(?:[~.]{0,2}\/|[A-Za-z]:[\\/])|\.\.[\\/]|\.(?:txt|csv|json|vocab|model|pb|bin|h5|keras|pkl)$/

function examineText(
  key: string,
  text: string,
  { context, where, owner }: Place & { readonly owner: string },
): void {
  const isFile = fileKeys.has(key) && (pathLike.test(text) || (key === 'vocabulary' && text !== ''))
  if (!isFile && !address.test(text)) return
  if (loadingLayers.has(owner)) return
  context.report(kerasRules['reads-file'], {
    message: `${owner === '' ? 'The model' : owner} has ${key} ${quoted(text)}${where}.`,
  })
}
