import type { FastifyBaseLogger } from 'fastify'
import type { DialectContext } from '../../dialects/api/dialect.ts'
import type { Metrics } from '../observe/metrics.ts'

/** Work in the background of requests: collecting, watching an engine. */
export interface BackgroundTask {
  /** For the log: `collector KIND/NAME`. */
  readonly name: string
  /**
   * Runs until the signal aborts, and resolves once it has stopped completely. It handles the
   * failures of its work itself; a rejection is a bug, is logged, and ends the task.
   */
  run(services: TaskServices, signal: AbortSignal): Promise<void>
}

/** What a background task may use. */
export interface TaskServices {
  readonly context: DialectContext
  readonly log: FastifyBaseLogger
  readonly metrics: Metrics
}

/** Running tasks. */
export interface RunningTasks {
  /** Aborts all tasks and waits until each has ended. */
  stop(): Promise<void>
}

/** Starts every task. */
export function startTasks(tasks: readonly BackgroundTask[], services: TaskServices): RunningTasks {
  const stopping = new AbortController()
  const runs = tasks.map((task) => runTask(task, services, stopping.signal))
  return {
    async stop() {
      stopping.abort()
      await Promise.all(runs)
    },
  }
}

async function runTask(
  task: BackgroundTask,
  services: TaskServices,
  signal: AbortSignal,
): Promise<void> {
  try {
    await task.run(services, signal)
  } catch (error) {
    services.log.error({ err: error, task: task.name }, 'background task failed')
  }
}
