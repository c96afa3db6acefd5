import { expect, test } from 'vitest'
import type { SystemConfig } from './config-schema.ts'
import { readJson } from './read-json.ts'
import { writeConfig } from './write-config.ts'

const config: SystemConfig = {
  artifacts: ['m.onnx'],
  data: { test: { npz: { file: 'd.npz', inputs: 'x', labels: 'y' } } },
  model: {
    onnx: 'm.onnx',
    input: {
      layout: 'NCHW',
      shape: [3, 32, 32],
      range: [0, 1],
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    },
    output: 'logits',
  },
  labels: ['a "quoted" one', 'b'],
  task: 'image-classification',
  name: 'cifar10',
}

test('a configuration is written in the order of the documentation, short values on one line', () => {
  expect(writeConfig(config)).toBe(`{
  "name": "cifar10",
  "task": "image-classification",
  "labels": ["a \\"quoted\\" one", "b"],
  "model": {
    "onnx": "m.onnx",
    "input": {
      "layout": "NCHW",
      "shape": [3, 32, 32],
      "range": [0, 1],
      "mean": [0.485, 0.456, 0.406],
      "std": [0.229, 0.224, 0.225]
    },
    "output": "logits"
  },
  "data": { "test": { "npz": { "file": "d.npz", "inputs": "x", "labels": "y" } } },
  "artifacts": ["m.onnx"]
}
`)
})

test('a configuration that was written reads back the same', () => {
  expect(readJson(writeConfig(config))).toEqual({ value: config })
  const long: SystemConfig = {
    ...config,
    labels: Array.from({ length: 100 }, (_, i) => `class ${i}`),
    probes: {},
  }
  expect(readJson(writeConfig(long))).toEqual({ value: long })
  for (const line of writeConfig(long).split('\n')) expect(line.length).toBeLessThanOrEqual(102)
})

test('a function cannot be written', () => {
  const model = { predict: () => new Float32Array(2) }
  expect(() => writeConfig({ ...config, model })).toThrow(TypeError)
})
