import { Malformed } from '../format.ts'

/** The data is not wrong; it uses a feature that this version does not follow. */
export class NotSupported extends Malformed {}
