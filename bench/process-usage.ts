import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const KIBIBYTE = 1024
/** Clock ticks in a second of /proc/PID/stat: USER_HZ, the same on every Linux. */
const TICKS_PER_SECOND = 100

/** Memory of a process that is in RAM, in bytes (proc(5), `VmRSS` and `VmHWM`). */
export interface ResidentMemory {
  readonly now: number
  /** The most since the process began or `resetPeak` was called. */
  readonly peak: number
}

export async function residentMemory(pid: number): Promise<ResidentMemory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const read = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * KIBIBYTE
  return { now: read('VmRSS'), peak: read('VmHWM') }
}

/** Makes the present use the peak again (proc(5), clear_refs). */
export async function resetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5')
}

/** Processor time that a process has used, in seconds. */
export async function processorSeconds(pid: number): Promise<number> {
  return (await ticksOf(`/proc/${pid}/stat`)) / TICKS_PER_SECOND
}

/** User and system time of a `stat` file, in clock ticks. */
async function ticksOf(path: string): Promise<number> {
  const stat = await readFile(path, 'utf8')
  // The name in parentheses may hold spaces: fields are counted from after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

/** Processor time of a process, in seconds, by who used it. */
export interface ThreadSeconds {
  /** The thread that runs JavaScript, or `main` of a program in Go. */
  readonly main: number
  /** All other threads, those that have ended included. */
  readonly others: number
}

/** Processor time that a process has used, split by threads (proc(5), `/proc/PID/task`). */
export async function threadSeconds(pid: number): Promise<ThreadSeconds> {
  const main = await ticksOf(`/proc/${pid}/task/${pid}/stat`)
  const all = await ticksOf(`/proc/${pid}/stat`)
  return { main: main / TICKS_PER_SECOND, others: (all - main) / TICKS_PER_SECOND }
}

const QUIET_SHARE = 0.1
const QUIET_SECONDS = 3
/** Longest wait for a process to become quiet, in seconds. */
const QUIET_WAIT_SECONDS_MAX = 300

/** Waits until a process does next to nothing: its merges and other afterthoughts are over. */
export async function untilQuiet(pid: number): Promise<void> {
  let quietSeconds = 0
  let before = await processorSeconds(pid)
  for (let second = 0; second < QUIET_WAIT_SECONDS_MAX; second += 1) {
    await sleep(1000)
    const now = await processorSeconds(pid)
    quietSeconds = now - before < QUIET_SHARE ? quietSeconds + 1 : 0
    before = now
    if (quietSeconds >= QUIET_SECONDS) return
  }
}
