import { Fault } from '../../core/errors.ts'
import { repeat } from '../../core/retry.ts'
import type { BackgroundTask } from './background-task.ts'

/** How often the sessions that have ended by themselves are forgotten, in milliseconds. */
const SESSION_SWEEP_MS = 600_000

/** Forgets ended sessions, so that neither memory nor the store fills with them. */
export const sessionSweep: BackgroundTask = {
  name: 'session sweep',
  run({ context, log }, signal) {
    const sweep = async () => {
      try {
        await context.sessions.sweep()
      } catch (error) {
        // The store is away: the next sweep finds them again.
        if (!(error instanceof Fault)) throw error
        log.warn({ err: error }, 'ended sessions could not be removed')
      }
      return 0
    }
    return repeat(sweep, () => SESSION_SWEEP_MS, signal)
  },
}
