import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Why the engine could not open its directory, as a sentence for the operator. The engine writes
 * its reason only to standard error, so the usual ones are checked here.
 */
export function openingProblem(directory: string): string {
  const nearest = existsSync(directory) ? directory : dirname(directory)
  const refusal = accessProblem(nearest)
  if (refusal !== undefined) return `${nearest} cannot be written (${refusal})`
  const owner = runningOwner(directory)
  if (owner !== undefined) return `${directory} is in use by process ${owner}`
  return `${directory} cannot be opened; the engine's reason is printed above`
}

function accessProblem(directory: string): string | undefined {
  try {
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'no access'
  }
}

/**
 * The process that has an engine directory open; undefined when there is none. The engine writes
 * its process id to a file `status`, which remains after a kill.
 */
export function runningOwner(directory: string): number | undefined {
  const file = join(directory, 'status')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const pid = Number(/^PID: (\d+)$/m.exec(text)?.[1])
  return Number.isInteger(pid) && pid !== process.pid && isRunning(pid) ? pid : undefined
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // A process of another user cannot be signaled, but it is running.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
