// All that the scanner knows, in order of precedence.
import type { Knowledge } from '../scan/examine.ts'

export const knowledge: Knowledge = {
  formats: [],
  layouts: [],
  findPickles: () => [],
  executable: () => null,
  mayFollow: new Map(),
}
