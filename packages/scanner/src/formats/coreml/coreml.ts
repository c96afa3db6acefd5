// Core ML: one protobuf message for every kind of model, from a scaler to a pipeline of networks. It computes what
// Apple's library knows, with three ways out: a class of the app that is called by its name, a link to another file, and
// weights in files of the package. Models within models wait in a list, so nesting takes no stack.

import { Budget, defaultLimits, LimitReached } from '../../scan/limits.ts'
import { quoted } from '../../scan/quoted.ts'
import type { Source } from '../../source/source.ts'
import { type Format, Malformed, NotThisFormat, type ScanContext } from '../format.ts'
import { type Field, fields, type Range, readText } from '../protobuf/fields.ts'
import { layerKinds, modelKinds } from './kinds.ts'
import { coremlRules } from './rules.ts'

/** Messages within messages, as many as protobuf's own readers follow. */
const deepest = 100
const mostParts = 5_000_000
const shown = 200

export const coreml: Format = {
  id: 'coreml',
  title: 'Core ML model',
  recognise(head, source) {
    // The version, in one byte.
    if (head[0] !== 0x08 || head[1] === undefined || head[1] === 0 || head[1] > 64) return 'no'
    let described = false
    let kinds = 0
    let count = 0
    try {
      for (const { number, wire } of fields(
        source,
        { from: 0, to: source.size },
        new Budget(defaultLimits),
      )) {
        if (++count > 100) return 'no'
        if (number === 1 || number === 10) {
          if (wire !== 'varint') return 'no'
        } else if (wire !== 'bytes' || (number !== 2 && !(number in modelKinds))) return 'no'
        described ||= number === 2
        if (number >= 200) kinds += 1
      }
    } catch (error) {
      if (error instanceof Malformed) return described ? 'maybe' : 'no'
      throw error
    }
    return described && kinds > 0 ? 'sure' : 'no'
  },
  async examine(source, context) {
    const walk = new Walk(source, context)
    walk.run()
    if (walk.kinds.size === 0) throw new NotThisFormat('it is no kind of model')
    context.fact('specificationVersion', walk.version)
    context.fact('kinds', Object.fromEntries([...walk.kinds].slice(0, shown)))
    if (walk.layers.size > 0) context.fact('layers', Object.fromEntries([...walk.layers].slice(0, shown)))
    if (walk.operations.size > 0) {
      context.fact('operations', Object.fromEntries([...walk.operations].slice(0, shown)))
    }
    if (walk.files.size > 0) context.fact('files', [...walk.files])
    return { end: source.size }
  },
}

type Kind = 'model' | 'network' | 'program' | 'function' | 'block' | 'operation' | 'value'

interface Waiting extends Range {
  readonly kind: Kind
  readonly depth: number
}

class Walk {
  version = 0
  readonly kinds = new Map<string, number>()
  readonly layers = new Map<string, number>()
  readonly operations = new Map<string, number>()
  readonly files = new Set<string>()
  private readonly source: Source
  private readonly context: ScanContext
  private readonly waiting: Waiting[]
  private parts = 0

  constructor(source: Source, context: ScanContext) {
    this.source = source
    this.context = context
    this.waiting = [{ kind: 'model', from: 0, to: source.size, depth: 1 }]
  }

  run(): void {
    for (let next = this.waiting.pop(); next !== undefined; next = this.waiting.pop()) this[next.kind](next)
  }

  private *fields(range: Range): Generator<Field> {
    for (const field of fields(this.source, range, this.context.budget)) {
      this.parts += 1
      if (this.parts > mostParts) throw new LimitReached('headerBytes', `a model of over ${mostParts} parts`)
      yield field
    }
  }

  /** Ranges of the fields of one number. */
  private *inner(range: Range, number: number): Generator<Range> {
    for (const field of this.fields(range)) if (field.number === number) yield rangeOf(field)
  }

  private push(kind: Kind, { from, to }: Range, depth: number): void {
    if (depth > deepest) throw new Malformed(`models nest over ${deepest} messages deep`, from)
    this.waiting.push({ kind, from, to, depth })
  }

  private text(range: Range): string {
    return readText(this.source, range)
  }

  private firstText(range: Range, number: number): string {
    for (const inner of this.inner(range, number)) return this.text(inner)
    return ''
  }

  private model(at: Waiting): void {
    for (const field of this.fields(at)) {
      if (field.number === 1 && field.wire === 'varint') {
        if (at.depth === 1) this.version = Number(BigInt.asIntN(64, field.value))
        continue
      }
      if (field.number === 2 || field.number === 10) continue
      const kind = modelKinds[field.number]
      if (kind === undefined) {
        this.context.report(coremlRules['unknown-kind'], {
          message: `It is field ${field.number}.`,
          offset: field.at,
        })
        continue
      }
      count(this.kinds, kind)
      const range = rangeOf(field)
      switch (kind) {
        case 'pipeline':
          for (const inner of this.inner(range, 1)) this.push('model', inner, at.depth + 2)
          break
        case 'pipelineClassifier':
        case 'pipelineRegressor':
          for (const pipeline of this.inner(range, 1)) {
            for (const inner of this.inner(pipeline, 1)) this.push('model', inner, at.depth + 3)
          }
          break
        case 'neuralNetwork':
        case 'neuralNetworkClassifier':
        case 'neuralNetworkRegressor':
          this.push('network', range, at.depth + 1)
          break
        case 'mlProgram':
          this.push('program', range, at.depth + 1)
          break
        case 'customModel': {
          const name = this.firstText(range, 10)
          this.reportClass(name, field.at)
          break
        }
        case 'linkedModel':
          for (const file of this.inner(range, 1)) {
            const parts = [1, 2].flatMap((number) =>
              [...this.inner(file, number)].map((part) => this.firstText(part, 1)),
            )
            this.context.report(coremlRules['linked-model'], {
              message: `It links to ${parts.map((part) => quoted(part)).join(' in ')}.`,
              offset: field.at,
            })
            for (const part of parts) this.checkPath(part, field.at)
          }
          break
        case 'serializedModel':
          this.context.report(coremlRules['serialized-model'], {
            message: `It is called ${quoted(this.firstText(range, 1))}.`,
            offset: field.at,
          })
          break
      }
    }
  }

  private network(at: Waiting): void {
    for (const layer of this.inner(at, 1)) {
      for (const field of this.fields(layer)) {
        if (field.number < 100) continue
        count(this.layers, String(field.number))
        const range = rangeOf(field)
        if (field.number > layerKinds.last) {
          this.context.report(coremlRules['unknown-kind'], {
            message: `A layer is field ${field.number}.`,
            offset: field.at,
          })
        } else if (field.number === layerKinds.custom) this.reportClass(this.firstText(range, 10), field.at)
        else if (field.number === layerKinds.branch || field.number === layerKinds.loop) {
          const networks = field.number === layerKinds.branch ? [1, 2] : [3, 4]
          for (const number of networks) {
            for (const inner of this.inner(range, number)) this.push('network', inner, at.depth + 3)
          }
        }
      }
    }
  }

  private program(at: Waiting): void {
    for (const entry of this.inner(at, 2)) {
      for (const inner of this.inner(entry, 2)) this.push('function', inner, at.depth + 2)
    }
    for (const entry of this.inner(at, 4))
      for (const inner of this.inner(entry, 2)) this.push('value', inner, at.depth + 2)
  }

  private function(at: Waiting): void {
    for (const entry of this.inner(at, 3)) {
      for (const inner of this.inner(entry, 2)) this.push('block', inner, at.depth + 2)
    }
    for (const entry of this.inner(at, 4))
      for (const inner of this.inner(entry, 2)) this.push('value', inner, at.depth + 2)
  }

  private block(at: Waiting): void {
    for (const field of this.fields(at)) {
      if (field.number === 3) this.push('operation', rangeOf(field), at.depth + 1)
      else if (field.number === 4)
        for (const inner of this.inner(rangeOf(field), 2)) this.push('value', inner, at.depth + 2)
    }
  }

  private operation(at: Waiting): void {
    let type = ''
    let className = ''
    for (const field of this.fields(at)) {
      if (field.wire !== 'bytes') throw new Malformed('a part of an operation is a number', field.at)
      if (field.number === 1) type = this.text(field)
      else if (field.number === 2) {
        for (const argument of this.inner(field, 2)) {
          for (const binding of this.inner(argument, 1)) {
            for (const inner of this.inner(binding, 2)) this.push('value', inner, at.depth + 4)
          }
        }
      } else if (field.number === 4) this.push('block', field, at.depth + 1)
      else if (field.number === 5) {
        const key = this.firstText(field, 1)
        for (const inner of this.inner(field, 2)) {
          this.push('value', inner, at.depth + 2)
          if (key === 'class_name') className = this.textValue(inner)
        }
      }
    }
    count(this.operations, type.slice(0, shown))
    if (type === 'custom_layer' || className !== '') this.reportClass(className, at.from)
  }

  /** The text in a value: immediate value, tensor, texts, the first. */
  private textValue(value: Range): string {
    for (const immediate of this.inner(value, 3)) {
      for (const tensor of this.inner(immediate, 1)) {
        for (const texts of this.inner(tensor, 4)) return this.firstText(texts, 1)
      }
    }
    return ''
  }

  private value(at: Waiting): void {
    for (const field of this.fields(at)) {
      if (field.number === 5) {
        const path = this.firstText(rangeOf(field), 1)
        if (this.files.size < shown) this.files.add(path.slice(0, shown))
        this.checkPath(path, field.at)
      }
      if (field.number !== 3) continue
      for (const immediate of this.fields(rangeOf(field))) {
        // Tuples and lists of values; dictionaries of pairs of values.
        if (immediate.number < 2 || immediate.number > 4) continue
        for (const item of this.inner(rangeOf(immediate), 1)) {
          if (immediate.number !== 4) this.push('value', item, at.depth + 3)
          else
            for (const side of [1, 2])
              for (const inner of this.inner(item, side)) this.push('value', inner, at.depth + 4)
        }
      }
    }
  }

  private reportClass(name: string, offset: number): void {
    this.context.report(coremlRules['custom-class'], {
      message: `The class is ${quoted(name)}.`,
      offset,
      call: `${name.slice(0, shown)}(...)`,
    })
  }

  private checkPath(path: string, offset: number): void {
    const inside = path.replace(/^@model_path\//, '')
    if (!leadsOut(inside)) return
    this.context.report(coremlRules['path-outside'], { message: `It names ${quoted(path)}.`, offset })
  }
}

/** Whether a path leads out of the package. */
export function leadsOut(path: string): boolean {
  return /^[/\\~]|^[A-Za-z]:|:\/\/|\0/.test(path) || path.split(/[/\\]/).some((part) => part.trim() === '..')
}

function rangeOf(field: Field): Range {
  if (field.wire !== 'bytes')
    throw new Malformed(`field ${field.number} is written as ${field.wire}`, field.at)
  return field
}

function count(counts: Map<string, number>, name: string): void {
  if (counts.size < 10_000 || counts.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1)
}
