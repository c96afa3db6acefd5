// What the way to a model costs: MobileNetV2's scores through the target (unit space to model input, budget door, check of
// the answer) beside a bare call of onnxruntime on numbers that are ready. And what the backward pass costs beside
// the forward pass.
import { type Meter, type ModelFacts, openDoor } from '@failmode/core'
import { loadModel, openSession } from '@failmode/engine'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describeOnnx } from '../../../../packages/system/src/targets/describe-onnx.ts'
import { openOnnx } from '../../../../packages/system/src/targets/onnx-target.ts'
import { measurePaired, type Paired } from '../../load-filter.ts'
import type { Net, Truth } from './nets.ts'
