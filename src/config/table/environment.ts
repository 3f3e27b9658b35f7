/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The environment of this process. No other code reads it. */
export function processEnvironment(): Environment {
  return process.env
}
