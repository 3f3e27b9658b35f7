import { CommandError } from './cli/command-error.ts'
import { processIo } from './cli/command-io.ts'
import { runCommand } from './cli/run.ts'
import { processEnvironment } from './config/environment.ts'
import type { Settings } from './config/settings.ts'
import type { ServerParts } from './server/serve.ts'

/** Every dialect and every source there is; loaded by a server alone, for a quick command line. */
async function loadParts(): Promise<ServerParts> {
  const { nativeDialect } = await import('./dialects/native/dialect.ts')
  const { quayDialect } = await import('./dialects/quay/dialect.ts')
  const { distributionSource } = await import('./sources/distribution/source.ts')
  return {
    dialects: ({ dialects }, facts) => [nativeDialect(facts), quayDialect(dialects.quay)],
    sources: ({ sources }) => [distributionSource(sources.distribution)],
    tasks: () => [],
  }
}

/** Runs the program on the arguments after its name. Resolves with the exit code. */
export function main(argv: readonly string[]): Promise<number> {
  return runCommand(argv, processIo(processEnvironment()), serveOrExplain)
}

/** A server that cannot start says so in one line: there is nothing in a stack for its user. */
async function serveOrExplain(settings: Settings): Promise<number> {
  try {
    const { serve } = await import('./server/serve.ts')
    return await serve(settings, await loadParts())
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw new CommandError(error.message, { ending: 'failure', cause: error })
  }
}
