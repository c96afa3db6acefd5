// The front door of scanner.
export {
  diffModels,
  type ModelDiff,
  type NodeChange,
  type TensorChange,
  type TensorKind,
  type ValueChange,
} from './diff/diff-models.ts'
export { type FileDigest, type FolderFile, type HashOptions, hashFile, hashFolder } from './hash-file.ts'
export {
  compareLock,
  createLock,
  type FileToLock,
  formatLock,
  type Lock,
  type LockComparison,
  type LockedArtifact,
  type LockedContent,
  type LockedScan,
  type LockState,
  lockPath,
  lockVersion,
  type MeasuredFile,
  parseLock,
  type WeakAlgorithm,
  weakAlgorithms,
} from './lock.ts'
export { type ContentComparison, compareContent, lockContent } from './lock-content.ts'
export {
  type DigestState,
  type ModelProvenance,
  type ProvenanceTable,
  provenanceTable,
  readProvenance,
  type Statement,
} from './provenance/provenance.ts'
export { type BomFile, type BomModel, modelBom } from './report/model-bom.ts'
export { scanSarif } from './report/scan-sarif.ts'
export { defaultLimits, type ScanLimits } from './scan/limits.ts'
export type { Rule } from './scan/rule.ts'
export { scanBytes, scanFile } from './scan/scan-file.ts'
export { type Scan, type ScanOptions, scanPaths } from './scan/scan-paths.ts'
export type { FileScan, Json, ScanFinding, ScanPart } from './scan/scan-report.ts'
export { type ScanSeverity, severities, type Verdict, verdicts, worstVerdict } from './scan/verdict.ts'
export { ScannerError, type ScannerErrorCode, scannerErrorCodes } from './scanner-error.ts'
export { type SignModelOptions, signModel } from './signing/sign-model.ts'
export { SigningError, type SigningErrorCode, signingErrorCodes } from './signing/signing-error.ts'
export {
  type ModelSigner,
  type ModelVerification,
  type SignatureProblem,
  type SignatureWarning,
  signatureProblems,
  signatureWarnings,
} from './signing/verification.ts'
export { type SignatureTrust, type VerifyModelOptions, verifyModel } from './signing/verify-model.ts'
export { withTensors } from './tensors/read-tensors.ts'
export { type ModelTensor, type ModelTensors, tensorDigest, weightsDigest } from './tensors/tensor.ts'
