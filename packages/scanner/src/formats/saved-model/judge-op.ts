// What the operators of a TensorFlow graph can do. Nearly all compute; a few dozen reach files, the network or code.
// An operator that TensorFlow does not register comes from a native library that somebody has to load first.
import { tensorflowOps } from './tensorflow-ops.generated.ts'

export type OpStanding =
  | 'ordinary'
  /** Writes files. */
  | 'write'
  /** Reads files. */
  | 'read'
  /** Saves or restores variables: ordinary as part of a saver. */
  | 'checkpoint'
  /** Reads a table from a text file: ordinary with an asset of the model. */
  | 'table-file'
  | 'network'
  /** Calls Python, or native code that is not part of TensorFlow. */
  | 'code'
  /** Carries a program in another language. */
  | 'program'
  /** Prints to the console, or to a file that an attribute names. */
  | 'print'
  /** Ends or delays the process. */
  | 'stop'
  | 'unknown'

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

const standings: readonly { readonly standing: OpStanding; readonly ops: readonly string[] }[] = [
  {
    standing: 'write',
    ops: words(`WriteFile DatasetToTFRecord ExperimentalDatasetToTFRecord SaveDataset SaveDatasetV2 DistributedSave
      DumpTensor CreateSummaryFileWriter CreateSummaryDbWriter ImportEvent SnapshotDataset SnapshotDatasetV2
      SnapshotDatasetReader SnapshotNestedDatasetReader CalibrationStatisticsSaver DebugIdentity DebugIdentityV2
      DebugIdentityV3 DebugNanCount DebugNumericSummary DebugNumericSummaryV2 FileSystemSetConfiguration`),
  },
  {
    standing: 'read',
    ops: words(`ReadFile MatchingFiles MatchingFilesDataset ExperimentalMatchingFilesDataset LoadAndRemapMatrix LoadDataset
      SnapshotChunkDataset ListSnapshotChunksDataset FixedLengthRecordDataset FixedLengthRecordDatasetV2
      FixedLengthRecordReader FixedLengthRecordReaderV2 TFRecordDataset TFRecordDatasetV2 TFRecordReader TFRecordReaderV2
      TextLineDataset TextLineReader TextLineReaderV2 WholeFileReader WholeFileReaderV2 CSVDataset CSVDatasetV2
      ExperimentalCSVDataset LMDBDataset ExperimentalLMDBDataset LMDBReader SqlDataset ExperimentalSqlDataset RecordInput
      ImmutableConst GenerateVocabRemapping Skipgram`),
  },
  {
    standing: 'checkpoint',
    ops: words(`Save SaveV2 SaveSlices Restore RestoreV2 RestoreSlice MergeV2Checkpoints ShardedFilename ShardedFilespec
      DTensorRestoreV2`),
  },
  { standing: 'print', ops: words('PrintV2') },
  { standing: 'table-file', ops: words('InitializeTableFromTextFile InitializeTableFromTextFileV2') },
  {
    standing: 'network',
    ops: words(`RpcCall RpcClient RpcServer RpcServerRegister RpcServerStart RpcCheckStatus RpcGetValue
      DeleteRpcFutureResource Rpc TryRpc RemoteCall RemoteFusedGraphExecute DataServiceDataset DataServiceDatasetV2
      DataServiceDatasetV3 DataServiceDatasetV4 RegisterDataset RegisterDatasetV2 Send Recv _Send _Recv _HostSend _HostRecv
      SendTPUEmbeddingGradients ConfigureDistributedTPU CollectiveInitializeCommunicator BigtableClient
      CloudBigtableClient WorkerHeartbeat`),
  },
  {
    standing: 'code',
    ops: words(`PyFunc PyFuncStateless EagerPyFunc GeneratorDataset XlaCustomCall XlaCustomCallV2 XlaHostCompute
      _XlaHostComputeMlir TpuHandleToProtoKey`),
  },
  {
    standing: 'program',
    ops: words(
      'XlaCallModule TPUCompile _TPUCompileMlir _XlaCompile TPUExecute TPUReplicate _TPUReplicate TRTEngineOp',
    ),
  },
  { standing: 'stop', ops: words('Abort SleepOp SleepIdentityOp') },
]

/** Registered once by TensorFlow, gone since, and still in old graphs. */
const former = words(`
  BatchNormWithGlobalNormalization BatchNormWithGlobalNormalizationGrad FakeQuantWithMinMaxArgs BatchSelfAdjointEig
  BatchMatrixInverse BatchMatrixSolve BatchCholesky BatchMatrixDiag BatchMatrixDiagPart BatchMatrixBandPart
  BatchMatrixSetDiag BatchMatrixDeterminant BatchMatrixTriangularSolve BatchMatrixSolveLs BatchSvd BatchFFT BatchIFFT
  BatchFFT2D BatchIFFT2D BatchFFT3D BatchIFFT3D AdjustContrast RandomCrop TensorArrayPack TensorArrayUnpack
  KafkaDataset ExperimentalIdentityIndexedDataset HostConst NcclAllReduce BlockLSTM BlockLSTMGrad LSTMBlockCell
  LSTMBlockCellGrad GRUBlockCell GRUBlockCellGrad CTCBeamSearchDecoder CTCGreedyDecoder PlaceholderV2 ListDiff
  GroupedConv2D TensorForestTreeDeserialize TensorForestTreePredict TensorForestTreeResourceHandleOp
  TensorForestTreeSerialize TensorForestTreeSize TensorForestCreateTreeVariable TensorForestTreeIsInitializedOp
  SingleImageRandomDotStereograms ImageProjectiveTransform ImageProjectiveTransformV2 MutableHashTableOfTensors
  FeatureStats QuantizedRelu QuantizedRelu6 QuantizedReluX _Arg _Retval _DeviceArg _DeviceRetval _If _While
  _FusedConv2D _FusedMatMul _FusedBatchNormEx _UnaryOpsComposition _MklConv2D _FusedDepthwiseConv2dNative
  _ParallelConcatStart _ParallelConcatUpdate _SwitchN FunctionalIf`)

const known = new Map<string, OpStanding>()
for (const name of [...words(tensorflowOps), ...former]) known.set(name, 'ordinary')
for (const { standing, ops } of standings) for (const name of ops) known.set(name, standing)

export function judgeOp(op: string): { readonly standing: OpStanding } {
  return { standing: known.get(op) ?? 'unknown' }
}
