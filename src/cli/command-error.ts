import type { Ending } from './exit-code.ts'

/** How a command ends, with a hint for people. */
export interface CommandErrorOptions extends ErrorOptions {
  readonly ending: Ending
  /** What to do about it, as a phrase. */
  readonly hint?: string
}

/** An expected failure of a command: one line for people, and possibly one with a hint. */
export class CommandError extends Error {
  readonly ending: Ending
  readonly hint: string | undefined

  constructor(message: string, options: CommandErrorOptions) {
    super(message, options)
    this.name = 'CommandError'
    this.ending = options.ending
    this.hint = options.hint
  }
}

/** The reader of the output is gone, so the command stops silently. */
export class OutputClosed extends Error {
  constructor(message = 'the output was closed', options: ErrorOptions = {}) {
    super(message, options)
    this.name = 'OutputClosed'
  }
}
