// Which operators there are, and what their domains mean. A runtime takes operators of the standard from itself; those
// of any other domain come from a native library that has to be loaded beside the model, or from functions in it.
// Names of the standard: `onnx.defs.get_all_schemas_with_history()` of onnx 1.23.2 (operator set 28), which lists every
// operator that ever was; then those of the first releases, which old converters still write.
import type { Rule } from '../../scan/rule.ts'
import { onnxRules } from './rules.ts'

const names = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/))

const standard = names(`
  Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool
  BatchNormalization Bernoulli BitCast BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow
  Cast CastLike CausalConvWithState Ceil Celu CenterCropPad Clip Col2Im Compress Concat
  ConcatFromSequence Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumProd CumSum DFT
  DeformConv DepthToSpace DequantizeLinear Det Div Dropout DynamicQuantizeLinear Einsum Elu Equal Erf Exp
  Expand EyeLike Flatten Floor GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool
  GlobalLpPool GlobalMaxPool Greater GreaterOrEqual GridSample GroupNormalization HammingWindow
  HannWindow HardSigmoid HardSwish Hardmax Identity If ImageDecoder InstanceNormalization IsInf IsNaN LRN
  LSTM LayerNormalization LeakyRelu Less LessOrEqual LinearAttention Log LogSoftmax Loop LpNormalization
  LpPool MatMul MatMulInteger Max MaxPool MaxRoiPool MaxUnpool Mean MeanVarianceNormalization
  MelWeightMatrix Min Mish Mod Mul Multinomial Neg NegativeLogLikelihoodLoss NonMaxSuppression NonZero
  Not OneHot Optional OptionalGetElement OptionalHasElement Or PRelu Pad Pow QLinearConv QLinearMatMul
  QuantizeLinear RMSNormalization RNN RandomNormal RandomNormalLike RandomUniform RandomUniformLike Range
  Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd
  ReduceSum ReduceSumSquare RegexFullMatch Relu Reshape Resize ReverseSequence RoiAlign RotaryEmbedding
  Round STFT Scan Scatter ScatterElements ScatterND Selu SequenceAt SequenceConstruct SequenceEmpty
  SequenceErase SequenceInsert SequenceLength SequenceMap Shape Shrink Sigmoid Sign Sin Sinh Size Slice
  Softmax SoftmaxCrossEntropyLoss Softplus Softsign SpaceToDepth Split SplitToSequence Sqrt Squeeze
  StringConcat StringNormalizer StringSplit Sub Sum SwiGLU Swish Tan Tanh TensorScatter TfIdfVectorizer
  ThresholdedRelu Tile TopK Transpose Trilu Unique Unsqueeze Upsample Where Xor
  ATen Affine ConstantFill Crop DynamicSlice GRUUnit GivenTensorFill ImageScaler ParametricSoftplus Scale ScaledTanh
`)
const machineLearning = names(`
  ArrayFeatureExtractor Binarizer CastMap CategoryMapper DictVectorizer FeatureVectorizer Imputer
  LabelEncoder LinearClassifier LinearRegressor Normalizer OneHotEncoder SVMClassifier SVMRegressor
  Scaler TreeEnsemble TreeEnsembleClassifier TreeEnsembleRegressor ZipMap
`)
const preview = names('FlexAttention')

/** Domains of ONNX Runtime itself and of the standard's training operators: no library has to be loaded for them. */
const builtIn: ReadonlySet<string> = new Set([
  'com.microsoft',
  'com.microsoft.nchwc',
  'com.microsoft.experimental',
  'com.microsoft.dml',
  'com.ms.internal.nhwc',
  'ai.onnx.training',
  'ai.onnx.preview.training',
])

/** Operators of onnxruntime-extensions that send their input to a server. */
const callsServer = /^(?:Azure|OpenAI|Triton)\w*/

/** What is to be said of an operator that no function of the model defines; null: nothing. */
export function judgeOperator(
  domain: string,
  name: string,
): { readonly rule: Rule; readonly what: string } | null {
  if (domain === '' || domain === 'ai.onnx') {
    return standard.has(name)
      ? null
      : { rule: onnxRules['unknown-operator'], what: 'the standard has no such operator' }
  }
  if (domain === 'ai.onnx.ml') {
    return machineLearning.has(name)
      ? null
      : { rule: onnxRules['unknown-operator'], what: 'ai.onnx.ml has no such operator' }
  }
  if (domain === 'ai.onnx.preview') {
    return preview.has(name)
      ? null
      : { rule: onnxRules['unknown-operator'], what: 'ai.onnx.preview has no such operator' }
  }
  if (domain === 'com.microsoft' && name === 'EPContext') {
    return { rule: onnxRules['compiled-part'], what: 'it holds or names compiled code for an accelerator' }
  }
  if (domain === 'com.microsoft' && /^PythonOp(?:Grad)?$/.test(name)) {
    return { rule: onnxRules['runs-python'], what: 'it calls a Python function by name' }
  }
  if (builtIn.has(domain)) return null
  if (domain === 'ai.onnx.contrib' && /^Py/.test(name)) {
    return { rule: onnxRules['runs-python'], what: 'it calls Python code' }
  }
  if (domain === 'ai.onnx.contrib' && callsServer.test(name)) {
    return { rule: onnxRules['calls-server'], what: 'it sends its input to a server' }
  }
  return { rule: onnxRules['custom-operator'], what: 'a native library has to be loaded for it' }
}

/** Whether a function of this name would stand in the place of an operator of the standard. */
export function isStandard(domain: string, name: string): boolean {
  if (domain === '' || domain === 'ai.onnx') return standard.has(name)
  return domain === 'ai.onnx.ml' && machineLearning.has(name)
}
