// What a JSON text can be. Each kind that fits looks at the value; none excludes another.

import { catboostJson } from '../catboost/catboost-json.ts'
import type { JsonKind } from '../format.ts'
import { huggingFaceConfig, sentenceModules } from '../hugging-face/config.ts'
import { kerasConfig } from '../keras/keras-config.ts'

import { notebook } from '../notebook/notebook.ts'
import { shardIndex } from '../safetensors/shard-index.ts'
import { skopsSchema } from '../skops/schema.ts'
import { tfjsModel } from '../tfjs/model.ts'
import { xgboostJson } from '../xgboost/xgboost.ts'

export const jsonKinds: readonly JsonKind[] = [
  kerasConfig,
  shardIndex,
  huggingFaceConfig,
  sentenceModules,
  notebook,
  xgboostJson,
  catboostJson,
  skopsSchema,
  tfjsModel,
]
