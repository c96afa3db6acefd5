// The front door of scanner.
export { type FileDigest, type FolderFile, type HashOptions, hashFile, hashFolder } from './hash-file.ts'
export {
  compareLock,
  createLock,
  type FileToLock,
  formatLock,
  type Lock,
  type LockComparison,
  type LockedArtifact,
  type LockState,
  lockPath,
  lockVersion,
  type MeasuredFile,
  parseLock,
  type WeakAlgorithm,
  weakAlgorithms,
} from './lock.ts'
export { ScannerError, type ScannerErrorCode, scannerErrorCodes } from './scanner-error.ts'
