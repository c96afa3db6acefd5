// One budget is shared by everything nested in a file, so that nesting cannot multiply it. Reaching a limit is never an
// error of the program: it is a finding, and the file is not clean.

export interface ScanLimits {
  /** Containers within containers. */
  readonly depth: number
  /** Members of all containers of one file. */
  readonly members: number
  /** Bytes that decompression may give, over all of one file. */
  readonly inflatedBytes: number
  /** Inflated size over compressed size of one member, where it inflates to over a mebibyte. */
  readonly ratio: number
  /** Opcodes of all pickles of one file. */
  readonly pickleOps: number
  /** Bytes of one header, metadata block or JSON text that is read as a whole. */
  readonly headerBytes: number
  /** Bytes that are searched for something hidden where no format fits. */
  readonly searchBytes: number
  /** Seconds for one file. */
  readonly seconds: number
}

export const defaultLimits: ScanLimits = {
  depth: 16,
  members: 65_535,
  inflatedBytes: 8 * 2 ** 30,
  ratio: 1_000,
  pickleOps: 200_000_000,
  headerBytes: 100 * 2 ** 20,
  searchBytes: 64 * 2 ** 20,
  seconds: 120,
}

/** Thrown where a limit is reached; the part being read becomes `not-examined` from here, with what was found before. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached'
  readonly limit: keyof ScanLimits
  constructor(limit: keyof ScanLimits, message: string) {
    super(message)
    this.limit = limit
  }
}

/** What is left to spend on one file. */
export class Budget {
  readonly limits: ScanLimits
  private members = 0
  private inflated = 0
  private ops = 0
  private readonly until: number

  constructor(limits: ScanLimits) {
    this.limits = limits
    this.until = performance.now() + limits.seconds * 1000
  }

  /** Call now and then in every loop over hostile data (each some thousand steps). */
  checkTime(): void {
    if (performance.now() > this.until) {
      throw new LimitReached('seconds', `not done after ${this.limits.seconds} s`)
    }
  }

  spendMember(): void {
    this.members += 1
    if (this.members > this.limits.members) {
      throw new LimitReached('members', `more than ${this.limits.members} members`)
    }
    this.checkTime()
  }

  /** @param bytes given by decompression since the last call */
  spendInflated(bytes: number): void {
    this.inflated += bytes
    if (this.inflated > this.limits.inflatedBytes) {
      throw new LimitReached('inflatedBytes', `inflates to more than ${this.limits.inflatedBytes} bytes`)
    }
    this.checkTime()
  }

  spendOps(count: number): void {
    this.ops += count
    if (this.ops > this.limits.pickleOps) {
      throw new LimitReached('pickleOps', `more than ${this.limits.pickleOps} pickle opcodes`)
    }
    this.checkTime()
  }
}
