import { Fault } from '../../core/errors.ts'
import { repeat } from '../../core/retry.ts'
import type { BackgroundTask } from './background-task.ts'

/** How often expired sessions are removed, in milliseconds. */
const SESSION_SWEEP_MS = 600_000

/** Removes expired sessions, so that they do not fill memory and store. */
export const sessionSweep: BackgroundTask = {
  name: 'session sweep',
  run({ context, log }, signal) {
    const sweep = async () => {
      try {
        await context.sessions.sweep()
      } catch (error) {
        // The store is down: the next sweep tries again.
        if (!(error instanceof Fault)) throw error
        log.warn({ err: error }, 'expired sessions could not be removed')
      }
      return 0
    }
    return repeat(sweep, () => SESSION_SWEEP_MS, signal)
  },
}
