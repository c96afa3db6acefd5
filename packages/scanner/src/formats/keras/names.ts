// The names that the settings of a Keras model may use. A class passes only by its exact name, in one of the parts of
// Keras that hold such classes; everything else of Keras, and everything outside, is objected to.
import { kerasClasses, kerasFunctions } from './safe-keras.generated.ts'

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/** Names of Keras 1 and early Keras 2 that are gone from today's packages. */
const formerClasses = words(`
  AtrousConvolution1D AtrousConvolution2D Deconvolution2D Deconvolution3D Highway MaxoutDense TimeDistributedDense
  ParametricSoftplus SReLU ThresholdedLinear ConvRecurrent2D ConvLSTM2DCell RandomizedReLU CuDNNLSTM CuDNNGRU
  PolicyV1 L1L2Regularizer WeightRegularizer ActivityRegularizer BatchNormalizationV1Layer AlphaDropoutV2
  SyncBatchNormalizationV1 ThresholdedReLU RandomFourierFeatures DenseFeatures LinearModelV1 StaticHashTable
  TFOptimizer AutoCastVariable`)

/** What stands for plain values in settings. */
const values = words(`
  __keras_tensor__ __numpy__ __tensor__ __bytes__ __complex__ __slice__ __ellipsis__ __tuple__ __set__ __dict__
  TensorShape TypeSpec TensorSpec CollectionSpec DType NoneType set dict tuple`)

const classes = new Set([...words(kerasClasses), ...formerClasses, ...values])
const functions = new Set(words(kerasFunctions))

/** Parts of Keras that hold classes and functions for models: `keras.layers`, `keras.src.ops.numpy`, and so on. */
const part =
  /^(?:keras|tf_keras|tensorflow\.keras|tensorflow\.python\.keras)(?:\.(?:src|api|_v2|_tf_keras|keras|engine|models?|layers|initializers|regularizers|constraints|optimizers|optimizer_v2|losses|metrics|activations|mixed_precision|dtype_policies|quantizers|random|distillation|ops|experimental)(?:\.(?!test|.*utils?\b)\w+){0,4})?$/

/** Whether a module is Keras, or says that it is. */
export function isKeras(module: string): boolean {
  return /^(?:keras|tf_keras|tensorflow\.keras|tensorflow\.python\.keras)(?:\.|$)/.test(module)
}

/** @param module null when the settings name none, as in the older layouts */
export function isKnownClass(name: string, module: string | null): boolean {
  return classes.has(name) && (module === null || module === '' || part.test(module) || isPlain(name, module))
}

export function isKnownFunction(name: string, module: string | null): boolean {
  return functions.has(name) && (module === null || module === 'builtins' || part.test(module))
}

function isPlain(name: string, module: string): boolean {
  return module === 'builtins' && values.includes(name)
}

/** Layers of Keras that run code or load files of their own. */
export const loadingLayers: ReadonlySet<string> = new Set([
  'TFSMLayer',
  'TorchModuleWrapper',
  'JaxLayer',
  'FlaxLayer',
  'ModuleWrapper',
  'ReloadedLayer',
  'KerasLayer',
])

/** Functions of Keras that attacks have called by name, as last parts of dotted names. */
const gadgets =
  /(?:^|\.)(?:get_file|load_model|load_weights|load_img|save_img|save_model|model_from_json|model_from_yaml|model_from_config|extract_archive|_extract_archive|func_load|audio_dataset_from_directory|image_dataset_from_directory|text_dataset_from_directory|deserialize_keras_object|clone_model|from_config|load_data|pad_sequences|plot_model|download\w*|open|urlretrieve)$/

export function isGadget(module: string, name: string): boolean {
  return (
    isKeras(module) &&
    (gadgets.test(name) ||
      /\.(?:utils|datasets|applications|callbacks|export|legacy\.saving|saving)(?:\.|$)/.test(module))
  )
}

export function isSwitch(name: string, module: string): boolean {
  return (
    /(?:^|\.)(?:enable|disable)_unsafe_deserialization$|(?:^|\.)SafeModeScope$/.test(name) ||
    /^keras(?:\.src)?(?:\.backend)?\.config(?:\.|$)/.test(module)
  )
}

/** Functions of TensorFlow that a TFOpLambda layer may call: arithmetic on tensors. */
const arithmetic = new Set(
  words(`
  abs accumulate_n acos acosh add add_n argmax argmin argsort asin asinh atan atan2 atanh batch_to_space bitcast
  boolean_mask broadcast_dynamic_shape broadcast_static_shape broadcast_to cast ceil clip_by_global_norm clip_by_norm
  clip_by_value complex concat constant convert_to_tensor cos cosh cumsum cond dequantize divide dynamic_partition
  dynamic_stitch edit_distance eig eigvals einsum ensure_shape equal exp expand_dims extract_volume_patches eye fill
  fingerprint floor foldl foldr gather gather_nd greater greater_equal histogram_fixed_width identity identity_n
  is_tensor less less_equal linspace logical_and logical_not logical_or map_fn matmul matrix_square_root maximum
  meshgrid minimum multiply negative no_op norm not_equal one_hot ones ones_like pad parallel_stack pow range rank
  realdiv reduce_all reduce_any reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod reduce_sum repeat reshape
  reverse reverse_sequence roll round saturate_cast scalar_mul scan scatter_nd searchsorted sequence_mask shape shape_n
  sigmoid sign sin sinh size slice sort space_to_batch space_to_batch_nd split sqrt square squeeze stack stop_gradient
  strided_slice subtract switch_case tan tanh tensor_scatter_nd_add tensor_scatter_nd_max tensor_scatter_nd_min
  tensor_scatter_nd_sub tensor_scatter_nd_update tensordot tile timestamp transpose truediv truncatediv truncatemod
  unique unique_with_counts unravel_index unstack vectorized_map where while_loop zeros zeros_like expand_dims_v1
  transpose_v2 to_float to_int32 to_int64 log log1p erf rsqrt floordiv mod div`),
)

/** `safe` computes, `file` reaches files, network or code, `unknown` is on no list. */
export function judgeTensorFlow(symbol: string): 'safe' | 'file' | 'unknown' {
  const name = symbol.replace(/^tf\.|^tensorflow\./, '').replace(/^compat\.v[12]\./, '')
  if (/__/.test(name.replace(/^__operators__\.\w+$/, ''))) return 'unknown'
  if (/^(?:py_function|py_func|numpy_function|load_op_library|load_library)$/.test(name)) return 'file'
  if (
    /^(?:io|data|saved_model|raw_ops|train|summary|profiler|distribute|autograph|python|config|experimental|lookup|queue|gfile|tpu|xla|nest|app|resource_loader|sysconfig|test)\./.test(
      name,
    )
  ) {
    return /^io\.(?:decode_\w+|parse_\w+|serialize_\w+|deserialize\w+|encode_\w+)$/.test(name)
      ? 'safe'
      : /^(?:io|data|saved_model|raw_ops|train|summary|python|gfile)\./.test(name)
        ? 'file'
        : 'unknown'
  }
  if (
    /^(?:math|nn|image|linalg|signal|bitwise|sets|sparse|ragged|quantization|random|__operators__|strings|dtypes|audio|debugging|types|keras\.backend|keras\.activations|losses|layers)\.\w+(?:\.\w+)?$/.test(
      name,
    )
  )
    return 'safe'
  return arithmetic.has(name) ? 'safe' : 'unknown'
}
