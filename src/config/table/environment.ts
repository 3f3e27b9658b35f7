/** Environment variables by name, as a process is started with them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The environment of this process. Nothing else reads it. */
export function processEnvironment(): Environment {
  return process.env
}
