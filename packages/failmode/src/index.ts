// The front door of the package for library users.
export { catalogue } from '@failmode/catalogue'
export {
  type Check,
  createRandom,
  createShiftMonitor,
  defineProbe,
  FailmodeError,
  type Probe,
  type RunDocument,
  type StepHandler,
} from '@failmode/core'
export { corruptAudio, corruptImage, corruptTable, corruptText } from '@failmode/probes'
export { renderers } from '@failmode/report'
export {
  defineSystem,
  loadConfig,
  openSystem,
  planRun,
  type RunSettings,
  runSystem,
  type SystemConfig,
} from '@failmode/system'
export { registry as probes } from './registry.ts'
