// All that the scanner knows, in order of precedence: what has a signature first, then what is told by its structure,
// text last.
import type { Knowledge } from '../scan/examine.ts'
import { catboost } from './catboost/cbm.ts'
import { compressed } from './compressed/compressed.ts'
import { coreml } from './coreml/coreml.ts'
import { mlPackage } from './coreml/package.ts'
import { coremlWeights } from './coreml/weights.ts'
import { executable } from './executable/executable.ts'
import { looksExecutable } from './executable/looks-executable.ts'
import { unopenedArchive } from './executable/unopened-archive.ts'
import { gguf } from './gguf/gguf.ts'
import { hdf5 } from './hdf5/hdf5.ts'
import { huggingFaceFolder } from './hugging-face/folder.ts'
import { json } from './json/json.ts'
import { kerasArchive } from './keras/keras-archive.ts'
import { lightgbm } from './lightgbm/lightgbm.ts'
import { mlflow } from './mlflow/mlflow.ts'
import { msgpack } from './msgpack/msgpack.ts'
import { npz } from './numpy/npz.ts'
import { numpy } from './numpy/numpy.ts'
import { onnxExternalFiles } from './onnx/external-files.ts'
import { onnx } from './onnx/onnx.ts'
import { onnxTensor } from './onnx/tensor-file.ts'
import { findPickles } from './pickle/find-pickles.ts'
import { joblibArrays } from './pickle/joblib-arrays.ts'
import { pickle } from './pickle/pickle.ts'
import { python } from './python/python.ts'
import { pytorch } from './pytorch/pytorch.ts'
import { safetensors } from './safetensors/safetensors.ts'
import { checkpointIndex } from './saved-model/checkpoint-index.ts'
import { savedModelFolder, tensorflowCheckpoint } from './saved-model/folders.ts'
import { savedModel, tensorflowGraph, tensorflowMetaGraph } from './saved-model/saved-model.ts'
import { sevenZip } from './seven-zip/seven-zip.ts'
import { tar } from './tar/tar.ts'
import { jinja } from './template/jinja.ts'
import { text } from './text/text.ts'
import { tfjsFolder } from './tfjs/folder.ts'
import { tflite } from './tflite/tflite.ts'
import { triton } from './triton/triton.ts'
import { xgboostBinary, xgboostUbjson } from './xgboost/xgboost.ts'
import { xml } from './xml/xml.ts'
import { zip } from './zip/zip.ts'

export const knowledge: Knowledge = {
  formats: [
    // Text pickles are text, and a script that names Python is Python: the stricter reading comes first.
    pickle,
    json,
    xgboostBinary,
    lightgbm,
    xml,
    python,
    executable,
    unopenedArchive,
    hdf5,
    gguf,
    tflite,
    xgboostUbjson,
    catboost,
    numpy,
    zip,
    sevenZip,
    tar,
    ...compressed,
    safetensors,
    onnx,
    savedModel,
    tensorflowMetaGraph,
    tensorflowGraph,
    checkpointIndex,
    coreml,
    coremlWeights,
    onnxTensor,
    msgpack,
    jinja,
    text,
  ],
  layouts: [
    pytorch,
    kerasArchive,
    npz,
    joblibArrays,
    tfjsFolder,
    onnxExternalFiles,
    savedModelFolder,
    tensorflowCheckpoint,
    mlPackage,
    huggingFaceFolder,
    mlflow,
    triton,
  ],
  findPickles,
  executable: looksExecutable,
  mayFollow: new Map([['tflite', ['zip']]]),
}
