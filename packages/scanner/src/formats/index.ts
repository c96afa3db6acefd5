// All that the scanner knows, in order of precedence: what has a signature first, then what is told by its structure,
// text last.
import type { Knowledge } from '../scan/examine.ts'
import { gzip } from './compressed/gzip.ts'
import { joblibZf } from './compressed/joblib-zf.ts'
import { zlib } from './compressed/zlib.ts'
import { executable } from './executable/executable.ts'
import { looksExecutable } from './executable/looks-executable.ts'
import { unopenedArchive } from './executable/unopened-archive.ts'
import { json } from './json/json.ts'
import { npz } from './numpy/npz.ts'
import { numpy } from './numpy/numpy.ts'
import { onnxExternalFiles } from './onnx/external-files.ts'
import { onnx } from './onnx/onnx.ts'
import { onnxTensor } from './onnx/tensor-file.ts'
import { safetensors } from './safetensors/safetensors.ts'
import { tar } from './tar/tar.ts'
import { zip } from './zip/zip.ts'

export const knowledge: Knowledge = {
  formats: [
    executable,
    unopenedArchive,
    zip,
    tar,
    gzip,
    joblibZf,
    numpy,
    safetensors,
    zlib,
    json,
    onnx,
    onnxTensor,
  ],
  layouts: [npz, onnxExternalFiles],
  findPickles: () => [],
  executable: looksExecutable,
  mayFollow: new Map([['tflite', ['zip']]]),
}
