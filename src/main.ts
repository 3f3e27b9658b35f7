import { CommandError } from './cli/command-error.ts'
import { processIo } from './cli/command-io.ts'
import { runCommand } from './cli/run.ts'
import { processEnvironment } from './config/environment.ts'
import type { Settings } from './config/settings.ts'
import { nativeDialect } from './dialects/native/dialect.ts'
import { quayDialect } from './dialects/quay/dialect.ts'
import { type ServerParts, serve } from './server/serve.ts'
import { distributionSource } from './sources/distribution/source.ts'

/** Every dialect and every source there is. */
const PARTS: ServerParts = {
  dialects: ({ dialects }, facts) => [nativeDialect(facts), quayDialect(dialects.quay)],
  sources: ({ sources }) => [distributionSource(sources.distribution)],
}

/** Runs the program on the arguments after its name. Resolves with the exit code. */
export function main(argv: readonly string[]): Promise<number> {
  return runCommand(argv, processIo(processEnvironment()), serveOrExplain)
}

/** A server that cannot start says so in one line: there is nothing in a stack for its user. */
async function serveOrExplain(settings: Settings): Promise<number> {
  try {
    return await serve(settings, PARTS)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw new CommandError(error.message, { ending: 'failure', cause: error })
  }
}
