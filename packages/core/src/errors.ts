// Every failure that a person can act on is a FailmodeError: a stable code, what was given, what was expected,
// what to do. The table below is the one place where codes live; the exit status of the command line and the
// page of error codes are read from it. A failure inside a check is not thrown at the user: it becomes the
// check's outcome `error`, with the code and the words of the error as its reason.

/** The exit status each class of failure ends the command with. */
export const exitStatus = {
  done: 0,
  gateFailed: 1,
  usage: 2,
  incomplete: 3,
  target: 4,
  interrupted: 130,
} as const

/** code -> the exit status it leads to, and what the code means in one line. */
export const errorCodes = {
  usage: [exitStatus.usage, 'the command line cannot be understood'],
  'config-not-found': [exitStatus.usage, 'the configuration file does not exist'],
  'config-unreadable': [
    exitStatus.usage,
    'the configuration file is not valid JSON, YAML, JavaScript or TypeScript',
  ],
  'config-invalid': [exitStatus.usage, 'a key of the configuration is unknown or has a wrong value'],
  'probe-unknown': [exitStatus.usage, 'no probe or mode has this name'],
  'measurement-unknown': [exitStatus.usage, 'no measurement has this name'],
  'file-not-found': [exitStatus.usage, 'a file that was named does not exist'],
  'file-exists': [exitStatus.usage, 'a file would be overwritten'],
  'file-unreadable': [exitStatus.usage, 'a file cannot be read'],
  'model-invalid': [exitStatus.usage, 'the model file cannot be used'],
  'model-mismatch': [exitStatus.usage, 'the model and its description do not agree'],
  'data-invalid': [exitStatus.usage, 'a data file is malformed'],
  'data-empty': [exitStatus.usage, 'a data set has no samples'],
  'data-mismatch': [exitStatus.usage, 'the data and the model do not agree'],
  'labels-invalid': [exitStatus.usage, 'a label is not one of the classes'],
  'run-invalid': [exitStatus.usage, 'a run folder or run document cannot be used'],
  'run-changed': [exitStatus.usage, 'the system changed since the run that is to be resumed'],
  'inference-failed': [exitStatus.usage, 'model and data do not tell enough to write a configuration'],
  'runtime-missing': [exitStatus.usage, 'a part that has to be installed is missing'],
  'budget-exhausted': [exitStatus.incomplete, 'the allotted queries are used up'],
  'model-failed': [exitStatus.incomplete, 'the model failed while it was measured'],
  'training-failed': [exitStatus.incomplete, 'a model could not be trained'],
  'step-failed': [exitStatus.incomplete, 'a step of a check failed'],
  'worker-died': [exitStatus.incomplete, 'a worker ended unexpectedly'],
  'target-unreachable': [exitStatus.target, 'the target does not answer'],
  'target-refused': [exitStatus.target, 'the target refuses what it is asked'],
  'target-unauthorized': [exitStatus.target, 'the target may not be attacked without authorisation'],
  interrupted: [exitStatus.interrupted, 'the run was interrupted and can be resumed'],
} as const satisfies Record<string, readonly [number, string]>

export type ErrorCode = keyof typeof errorCodes

export interface FailmodeErrorParts {
  /** What was given and what was expected, one or two sentences. */
  readonly message: string
  /** What to do about it. */
  readonly hint?: string
  readonly cause?: unknown
}

/** An expected failure. `message` says what was given and what was expected, `hint` what to do. */
export class FailmodeError extends Error {
  override readonly name = 'FailmodeError'
  readonly code: ErrorCode
  readonly hint: string | undefined

  constructor(code: ErrorCode, parts: FailmodeErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause })
    this.code = code
    this.hint = parts.hint
  }

  get exitStatus(): number {
    return errorCodes[this.code][0]
  }
}

/** A FailmodeError as plain data, so that it can cross a thread or a file. */
export interface ErrorData {
  readonly code: ErrorCode
  readonly message: string
  readonly hint?: string
}

export function errorToData(error: unknown, fallback: ErrorCode = 'step-failed'): ErrorData {
  if (error instanceof FailmodeError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    }
  }
  return { code: fallback, message: error instanceof Error ? error.message : String(error) }
}

export function errorFromData(data: ErrorData): FailmodeError {
  return new FailmodeError(data.code, {
    message: data.message,
    ...(data.hint === undefined ? {} : { hint: data.hint }),
  })
}
