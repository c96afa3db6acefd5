// What torch.save and torch.jit.save write: a zip with data.pkl, and the numbers of each storage as a member of its own.
// The pickle says how many numbers of which kind each storage has; members that fit what it says are raw numbers and
// are passed over, all others are examined like any file. A TorchScript archive holds its program as text, which
// PyTorch's own interpreter runs: not Python, but it has operators that open files.
import { quoted } from '../../scan/quoted.ts'
import type { Archive, ArchiveEntry, Layout, ScanContext } from '../format.ts'
import { examineRaw } from '../pickle/examine-raw.ts'
import { runPickle } from '../pickle/machine.ts'
import { pytorchRules } from './rules.ts'
import { storageOf } from './storages.ts'

const dataPickle = /^(?:[^/]{1,200}\/)?data\.pkl$/
const scriptPart = /^(?:[^/]{1,200}\/)?code\/.*\.py$/
const oddStorages = 20
const longestProgram = 8 * 2 ** 20

export const pytorch: Layout = {
  id: 'pytorch',
  title: 'PyTorch archive',
  recognise: ({ entries }) => entries.some(({ path }) => dataPickle.test(path)),
  async examine(archive, context) {
    const pickles = archive.entries.filter(({ path, kind }) => kind === 'file' && dataPickle.test(path))
    const claimed = new Set<string>()
    if (pickles.length > 1) {
      context.report(pytorchRules['two-pickles'], {
        message: `${pickles
          .slice(0, 4)
          .map(({ path }) => quoted(path))
          .join(' and ')}.`,
      })
    }
    const script = archive.entries.filter(({ path, kind }) => kind === 'file' && scriptPart.test(path))
    let storages = 0
    let weightsOnly = script.length === 0
    for (const entry of pickles) {
      const top = entry.path.slice(0, -'data.pkl'.length)
      storages += await claimStorages(archive, entry, `${top}data/`, claimed, context)
      const constants = archive.find(`${top}constants.pkl`)
      if (constants !== null)
        storages += await claimStorages(archive, constants, `${top}constants/`, claimed, context)
      weightsOnly &&= await allowsWeightsOnly(entry, context)
    }
    context.fact('storages', storages)
    if (script.length === 0) context.fact('weightsOnly', weightsOnly)
    else {
      context.fact('torchscript', script.length)
      for (const entry of script) {
        await examineProgram(entry, context)
        claimed.add(entry.path)
      }
    }
    return { claimed }
  },
}

async function claimStorages(
  archive: Archive,
  pickle: ArchiveEntry,
  folder: string,
  claimed: Set<string>,
  context: ScanContext,
): Promise<number> {
  const source = await pickle.open()
  const run = runPickle(source, 0, { budget: context.budget })
  const needed = new Map<string, number>()
  for (const value of run.persistent) {
    const storage = storageOf(value, source)
    if (storage === null) continue
    needed.set(storage.key, Math.max(needed.get(storage.key) ?? 0, storage.count * storage.itemBytes))
  }
  let odd = 0
  for (const [key, bytes] of needed) {
    const entry = archive.find(`${folder}${key}`)
    if (entry === null || entry.kind !== 'file') {
      if (++odd <= oddStorages)
        context.report(pytorchRules['missing-storage'], { message: `${quoted(`${folder}${key}`)}.` })
    } else if (entry.bytes < bytes) {
      if (++odd <= oddStorages) {
        context.report(pytorchRules['storage-too-short'], {
          message: `${quoted(entry.path)} has ${entry.bytes} bytes and ${bytes} are claimed.`,
        })
      }
      // Longer ones hold more than numbers, and are looked into.
    } else if (entry.bytes === bytes) {
      claimed.add(entry.path)
      await examineRaw(await entry.open(), entry.path, context)
    }
  }
  return needed.size
}

/**
 * Whether `torch.load(weights_only=True)` of a current version would take it: all that it imports is on PyTorch's own
 * list, which the names of its storages, rebuild functions, containers and types come near to.
 */
async function allowsWeightsOnly(entry: ArchiveEntry, context: ScanContext): Promise<boolean> {
  const source = await entry.open()
  const { globals, fault, indirect } = runPickle(source, 0, { budget: context.budget })
  return (
    fault === null &&
    indirect.length === 0 &&
    globals.every(
      ({ module, name, judgement }) =>
        judgement.standing === 'safe' &&
        (/^torch(?:\._utils|\._tensor|\.storage|\.nn\.parameter|\.cuda|\.serialization)?$/.test(module) ||
          (module === 'collections' && (name === 'OrderedDict' || name === 'Counter')) ||
          (module === '_codecs' && name === 'encode') ||
          (/^(?:builtins|__builtin__)$/.test(module) && /^(?:bytearray|set|complex)$/.test(name))),
    )
  )
}

const reachesFiles = /\b(?:torch|ops\.aten)\.(?:save|load|from_file|_save|_load)\s{0,20}\(/g
const customOperator = /\bops\.([A-Za-z_]\w{0,60})\.([A-Za-z_]\w{0,100})\s{0,20}\(/g
const ownNamespaces = new Set([
  'aten',
  'prim',
  'prims',
  'quantized',
  'quantized_decomposed',
  'sparse',
  'prepacked',
  'torchvision',
  'torchaudio',
  'torchtext',
  'onednn',
  'mkldnn',
  'mkldnn_prepacked',
  'cudnn',
  'metal_prepack',
  'vulkan_prepack',
  'xnnpack',
  'inductor',
  'rngprims',
  'profiler',
  'static_runtime',
  'tensorexpr',
  'fb',
  'c10d',
  'c10d_functional',
  '_quantized',
  '_test',
])

async function examineProgram(entry: ArchiveEntry, context: ScanContext): Promise<void> {
  const source = await entry.open()
  const text = Buffer.from(source.read(0, Math.min(source.size, longestProgram))).toString('latin1')
  const told = new Set<string>()
  for (const match of text.matchAll(reachesFiles)) {
    if (told.size >= oddStorages) return
    if (told.has(match[0])) continue
    told.add(match[0])
    context.report(pytorchRules['torchscript-reaches-files'], {
      message: `${quoted(entry.path)} at byte ${match.index}.`,
      call: text.slice(match.index, match.index + 120).split('\n')[0] ?? match[0],
    })
  }
  for (const [whole, space = '', name = ''] of text.matchAll(customOperator)) {
    if (told.size >= oddStorages) return
    if (ownNamespaces.has(space) || told.has(whole)) continue
    told.add(whole)
    context.report(pytorchRules['torchscript-custom-operator'], {
      message: `${space}.${name}, in ${quoted(entry.path)}.`,
    })
  }
}
