// The small honest files of every format, from which mutants are made.
import { samples as catboost } from '../catboost/samples.ts'
import { samples as compressed } from '../compressed/samples.ts'
import { samples as coreml } from '../coreml/samples.ts'
import { samples as executable } from '../executable/samples.ts'
import { samples as gguf } from '../gguf/samples.ts'
import { samples as hdf5 } from '../hdf5/samples.ts'
import { samples as huggingFace } from '../hugging-face/samples.ts'
import { samples as json } from '../json/samples.ts'
import { samples as keras } from '../keras/samples.ts'
import { samples as lightgbm } from '../lightgbm/samples.ts'
import { samples as msgpack } from '../msgpack/samples.ts'
import { samples as notebook } from '../notebook/samples.ts'
import { samples as numpy } from '../numpy/samples.ts'
import { samples as onnx } from '../onnx/samples.ts'
import { samples as pickle } from '../pickle/samples.ts'
import { samples as python } from '../python/samples.ts'
import { samples as pytorch } from '../pytorch/samples.ts'
import { samples as safetensors } from '../safetensors/samples.ts'
import { samples as savedModel } from '../saved-model/samples.ts'
import { samples as sevenZip } from '../seven-zip/samples.ts'
import { samples as skops } from '../skops/samples.ts'
import { samples as tar } from '../tar/samples.ts'
import { samples as template } from '../template/samples.ts'
import { samples as text } from '../text/samples.ts'
import { samples as tfjs } from '../tfjs/samples.ts'
import { samples as tflite } from '../tflite/samples.ts'
import { samples as xgboost } from '../xgboost/samples.ts'
import { samples as xml } from '../xml/samples.ts'
import { samples as zip } from '../zip/samples.ts'

export interface FormatSamples {
  readonly format: string
  readonly files: readonly Uint8Array[]
}

const all = {
  catboost,
  compressed,
  coreml,
  executable,
  gguf,
  hdf5,
  'hugging-face': huggingFace,
  json,
  keras,
  lightgbm,
  msgpack,
  notebook,
  numpy,
  onnx,
  pickle,
  python,
  pytorch,
  safetensors,
  'saved-model': savedModel,
  'seven-zip': sevenZip,
  skops,
  tar,
  template,
  text,
  tfjs,
  tflite,
  xgboost,
  xml,
  zip,
}

export function allSamples(): readonly FormatSamples[] {
  return Object.entries(all).map(([format, samples]) => ({
    format,
    files: samples().map(({ bytes }) => bytes),
  }))
}
