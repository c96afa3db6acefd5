import type { SystemConfig } from './config-schema.ts'

/** Gives a configuration written in TypeScript its types. It checks nothing: loading does. */
export function defineSystem(config: SystemConfig): SystemConfig {
  return config
}
