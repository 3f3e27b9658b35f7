/** An invalid configuration. Each problem is one line: place, key, what was expected. */
export class SettingsError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[], options: ErrorOptions = {}) {
    super(problems.join('\n'), options)
    this.name = 'SettingsError'
    this.problems = problems
  }
}
