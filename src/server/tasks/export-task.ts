import type { Exports } from '../../exports/jobs/open-exports.ts'
import type { BackgroundTask } from './background-task.ts'

/** Writes exports and delivers their notifications. */
export function exportTask(exports: Exports): BackgroundTask {
  return { name: 'exports', run: ({ log }, signal) => exports.run(log, signal) }
}
