import { userAgent } from '../../config/version.ts'
import { doubling, JITTER, pauseFor } from '../../core/retry.ts'
import { parseTimestamp } from '../../core/time/timestamp.ts'
import type { LedgerCheckpoints } from '../../ledger/checkpoint/ledger-checkpoints.ts'
import { TimeStampError } from '../../ledger/time-stamp/time-stamp.ts'
import { requestTimeStamp } from '../../ledger/time-stamp/time-stamp-client.ts'
import type { BackgroundTask, TaskServices } from '../tasks/background-task.ts'
import type { OwnTimeStamps } from './own-time-stamps.ts'

/** Interval between checks whether a time stamp is due, in milliseconds. */
const LOOK_MS = 2_000
/** Pause after the first failure, in milliseconds; it doubles with each further one. */
const RETRY_MS = 30_000
/** Longest pause after a failure, in milliseconds. */
const RETRY_MS_MAX = 3_600_000
const MINUTE_MS = 60_000

/** Has checkpoints stamped. Nothing waits for it: neither events nor checkpoints. */
export function timeStampTask(stamps: OwnTimeStamps): BackgroundTask {
  const backOff = doubling(RETRY_MS, RETRY_MS_MAX, JITTER)
  return {
    name: 'time stamps',
    async run(services, signal) {
      const { checkpoints } = services.context
      if (checkpoints === undefined) return
      while (!signal.aborted) {
        const isStamped = await stampWhenDue(stamps, { checkpoints, services, signal })
        await pauseFor(isStamped ? LOOK_MS : backOff(stamps.state().failures), signal)
      }
    },
  }
}

interface Stamping {
  readonly checkpoints: LedgerCheckpoints
  readonly services: TaskServices
  readonly signal: AbortSignal
}

/** Whether there was nothing to do, or it was done. */
async function stampWhenDue(
  stamps: OwnTimeStamps,
  { checkpoints, services: { log }, signal }: Stamping,
): Promise<boolean> {
  const { problem } = stamps.state()
  try {
    const checkpoint = checkpoints.latest()
    const last = await stamps.last()
    const lastMs = (parseTimestamp(last?.time ?? '') ?? 0) / 1000
    const isDue = Date.now() - lastMs >= stamps.everyMinutes * MINUTE_MS
    if (checkpoint === undefined || !isDue || checkpoint.size <= (last?.size ?? 0)) return true
    const bytes = Buffer.from(checkpoint.text)
    const options = { userAgent: userAgent(), signal }
    const { time, authority, reply } = await requestTimeStamp(stamps.url, bytes, options)
    const stamp = { size: checkpoint.size, time, authority, checkpoint: checkpoint.text }
    await stamps.keep({ ...stamp, reply: Buffer.from(reply).toString('base64') })
    if (problem !== undefined) log.info({ authority }, 'checkpoints are stamped again')
    return true
  } catch (error) {
    if (signal.aborted) return true
    const now = error instanceof TimeStampError ? error.message : String(error)
    stamps.failed(now)
    const facts = error instanceof TimeStampError ? { problem: now } : { err: error }
    if (now !== problem) log.warn(facts, 'a checkpoint could not be stamped; it is tried again')
    return false
  }
}
