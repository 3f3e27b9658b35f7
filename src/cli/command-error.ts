import type { Ending } from './exit-code.ts'

/** How a command ends, and what people can do about it. */
export interface CommandErrorOptions extends ErrorOptions {
  readonly ending: Ending
  /** What to do about it, as a phrase. */
  readonly hint?: string
}

/** A command cannot go on: one line for people, and perhaps one that says what to do. */
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

/** Whoever read the command's output went away: the command stops without a word. */
export class OutputClosed extends Error {
  constructor(message = 'the output was closed', options: ErrorOptions = {}) {
    super(message, options)
    this.name = 'OutputClosed'
  }
}
