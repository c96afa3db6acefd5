// What the symbolic machine keeps on its stack in place of Python objects. Numbers, None and booleans are themselves.
// Texts and bytes are places in the file, read only when somebody needs them. Nothing is ever built or called: a call is
// a value that says what would have been called with what.
import type { ImportJudgement } from '../../policy/judge-import.ts'

export type Value =
  | number
  | boolean
  | null
  | Plain
  | Text
  | Bytes
  | Sequence
  | Dict
  | Global
  | Call
  | Persistent

/** Something whose content cannot matter: a float, a huge integer, an object beyond those that are kept. */
export interface Plain {
  readonly kind: 'plain'
  readonly shown: string
}

export interface Text {
  readonly kind: 'text'
  readonly at: number
  readonly length: number
  /** How it is written: as it is, as a Python literal in quotes, or with \u escapes only. */
  readonly coding: 'utf-8' | 'latin-1' | 'literal' | 'raw-unicode'
}

export interface Bytes {
  readonly kind: 'bytes'
  readonly at: number
  readonly length: number
}

/** The first items only; `count` is how many there are. */
export interface Sequence {
  readonly kind: 'tuple' | 'list' | 'set'
  readonly items: Value[]
  count: number
  /** How many objects it would be if nothing in it were shared. */
  weight: number
  depth: number
}

export interface Dict {
  readonly kind: 'dict'
  /** Key, value, key, value; the first only. */
  readonly items: Value[]
  count: number
  weight: number
  depth: number
}

export interface Global {
  readonly kind: 'global'
  readonly module: string
  readonly name: string
  readonly judgement: ImportJudgement
  /** Of the opcode that imported it first. */
  readonly at: number
  /** How often it was called, and the first call. */
  calls: number
  firstCall: Call | null
}

export interface Call {
  readonly kind: 'call'
  /** `new`: `callee.__new__(callee, *args)`. */
  readonly how: 'call' | 'new'
  readonly callee: Value
  readonly args: Value
  readonly at: number
  /** What BUILD gave it. */
  state: Value | undefined
  /** Key, value, key, value: what was put into it as into a dict; the first only. */
  entries: Value[] | undefined
}

export interface Persistent {
  readonly kind: 'persistent'
  readonly id: Value
}

export const float: Plain = { kind: 'plain', shown: '…' }
/** An integer beyond six bytes. */
export const huge: Plain = { kind: 'plain', shown: '<huge>' }
export const unknown: Plain = { kind: 'plain', shown: '…' }
export const buffer: Plain = { kind: 'plain', shown: '<buffer>' }

/** Items of a tuple or list; none of anything else. */
export function itemsOf(value: Value | undefined): readonly Value[] {
  return typeof value === 'object' && value !== null && (value.kind === 'tuple' || value.kind === 'list')
    ? value.items
    : []
}

export function isGlobal(value: Value | undefined, module: string | null, name: string): value is Global {
  return (
    typeof value === 'object' &&
    value !== null &&
    value.kind === 'global' &&
    value.name === name &&
    (module === null || value.module === module)
  )
}
