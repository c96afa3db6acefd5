import { describe, expect, it } from 'vitest'
import { Budget, defaultLimits } from '../../scan/limits.ts'
import { readPython } from './read-python.ts'

const read = (text: string) => readPython(text, new Budget(defaultLimits))
const calls = (text: string) => read(text).calls.map(({ callee, when }) => `${callee} ${when}`)

describe('reading Python', () => {
  it.each([
    ['import os\nos.system("true")', 'os.system import'],
    ['import os as o\no.system("true")', 'os.system import'],
    ['import os.path\nos.system("true")', 'os.system import'],
    ['from os import system\nsystem("true")', 'os.system import'],
    ['from os import system as s, path\ns("true")', 'os.system import'],
    ['from a.b import (c as d,\n  e)\nd()', 'a.b.c import'],
    ['from . import model\nmodel.load()', '.model.load import'],
    ['getattr(__import__("os"), "sys" + "tem")("true")', 'os.system import'],
    ['import importlib\nimportlib.import_module("subprocess").run(["true"])', 'subprocess.run import'],
    ['__builtins__ = 1\nexec("1+1")', 'builtins.exec import'],
    ['import os\nos.__dict__["system"]("true")', 'os.system import'],
    ['import os\nclass A:\n  os.system("true")', 'os.system import'],
    ['import os\nx = [os.system("true") for _ in [1]]', 'os.system import'],
    ['import atexit\n@atexit.register\ndef f(): pass', 'atexit.register import'],
    ['import os\ndef f(x=os.system("true")): pass', 'os.system import'],
    ['import os\ndef f():\n  os.system("true")', 'os.system call'],
    ['import os\nf = lambda: os.system("true")', 'os.system call'],
    ['import os\nif __name__ == "__main__":\n  os.system("true")', 'os.system call'],
  ])('follows names back to what is called: %j', (text, call) => {
    expect(calls(text)).toContain(call)
  })

  it('does not take a method for a function that is built in', () => {
    expect(calls('model.eval()\nmodel.compile()\nself.open()')).toEqual([])
  })

  it('knows what does nothing when it is imported', () => {
    for (const text of [
      '',
      '# only a comment',
      '"""A text."""',
      'version = "1.0"\nsizes = [1, -2, (3, 4)]\n__all__ = ["a"]',
      'd = {"a": {"b": None, "c": True}}',
      'pass',
    ]) {
      expect(read(text).inert, text).toBe(true)
    }
    for (const text of [
      'import os',
      'x = f()',
      'def f(): pass',
      'x = [i for i in y]',
      'print("x")',
      'x.y = 1\n@a\nclass B: pass',
    ]) {
      expect(read(text).inert, text).toBe(false)
    }
  })

  it('notes protections that are switched off', () => {
    expect(
      read('m = load("x", trust_remote_code=True, other=False)').switchedOn.map(({ name }) => name),
    ).toEqual(['trust_remote_code'])
  })

  it('tells prose from a program by its errors', () => {
    const prose = read('This is a model card. It was trained on pictures (and texts), and it does well!')
    expect(prose.hasStructure).toBe(false)
    expect(prose.errors).toBeGreaterThan(0)
  })

  it('ends in time on text that is nested without end', () => {
    for (const text of [
      '('.repeat(100_000),
      'f('.repeat(50_000),
      'a.'.repeat(100_000),
      '[x for '.repeat(20_000),
      'lambda: '.repeat(50_000),
    ]) {
      const from = performance.now()
      read(text)
      expect(performance.now() - from).toBeLessThan(10_000)
    }
  })
})
