import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../test/support/free-port.ts'
import type { IngestTarget } from '../client/ingest-load.ts'
import { getJson } from '../client/sequential.ts'
import { findProgram } from './find-program.ts'
import { COUNT_PATH } from './victoria-queries.ts'

/** Its name in goals. */
export const VICTORIA_LOGS = 'VictoriaLogs'

/** What it does not promise where Waybill does: its name in the table points to a note. */
const NOT_PROMISED = {
  writing: { mark: '¹', text: 'not durable when acknowledged, no deduplication, no hashes' },
  reading: { mark: '²', text: 'no permissions, and reads are not recorded' },
  disk: { mark: '³', text: 'no hashes, no tree, no index of the names of events' },
} as const

/** Its name next to a figure, marked with what it does not promise there. */
export function victoriaName(what: keyof typeof NOT_PROMISED): string {
  return `${VICTORIA_LOGS}${NOT_PROMISED[what].mark}`
}

/** The notes that the marks in the table point to. */
export const VICTORIA_NOTES: readonly string[] = Object.values(NOT_PROMISED).map(
  ({ mark, text }) => `${mark} ${text}`,
)

const PROGRAM = 'victoria-logs'
const INSTALL = 'go install github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs@v1.52.1'
const START_ATTEMPTS_MAX = 200
const POLL_MS = 50
/** Longest wait for events to be found after they were sent, in milliseconds. */
const COUNT_WAIT_MS_MAX = 60_000
/** Longer than the time that the events span; by default events older than a week are dropped. */
const RETENTION = '1y'

/**
 * One stream for each namespace. Streams are what VictoriaLogs sorts and skips data by, and a
 * namespace is the one field of few values that most questions name. Without streams it takes in
 * events for a fifth less processor time and disk, and pages of a namespace and an actor take
 * several times as long.
 */
const INSERT_PATH = `/insert/jsonline?${new URLSearchParams({
  _stream_fields: 'target.namespace',
  _time_field: 'time',
})}`

/** What a cell says when the program is missing. */
export const NOT_ON_PATH = `${VICTORIA_LOGS} is not on the PATH: \`${INSTALL}\``

/** VictoriaLogs on 127.0.0.1, on a port and a data directory of its own. */
export interface VictoriaLogs {
  readonly url: string
  readonly pid: number
  /** The same bodies as `POST /v1/events`: it flattens JSON by itself. */
  readonly intake: IngestTarget
  /** Resolves once so many events are found. Fails when they are not within a minute. */
  untilCounted(events: number): Promise<void>
  /** Begins to merge all that is not merged yet. */
  merge(): Promise<void>
  /** Asks it to stop and waits until it is gone: everything is on disk then. */
  stop(): Promise<void>
}

/** The program, or undefined when it is not on the PATH. */
export function findVictoriaLogs(): string | undefined {
  return findProgram(PROGRAM)
}

/** Starts the program on a directory that may be new. */
export async function startVictoriaLogs(program: string, directory: string): Promise<VictoriaLogs> {
  const address = `127.0.0.1:${await freePort()}`
  const child = spawn(
    program,
    [
      `-httpListenAddr=${address}`,
      `-storageDataPath=${directory}`,
      `-retentionPeriod=${RETENTION}`,
      '-loggerLevel=ERROR',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  // Whatever ends the benchmark ends the program too.
  const killWithParent = () => child.kill('SIGKILL')
  process.once('exit', killWithParent)
  child.once('exit', () => process.off('exit', killWithParent))
  const url = `http://${address}`
  for (let attempt = 1; !(await isHealthy(url)); attempt += 1) {
    if (child.exitCode !== null || attempt > START_ATTEMPTS_MAX) {
      child.kill('SIGKILL')
      throw new Error(`${PROGRAM} did not start on ${address}`)
    }
    await sleep(POLL_MS)
  }
  return {
    url,
    pid: child.pid ?? 0,
    intake: { url, path: INSERT_PATH, status: 200 },
    untilCounted: (events) => untilCounted(url, events),
    async merge() {
      const response = await fetch(`${url}/internal/force_merge`)
      if (!response.ok) throw new Error(`force_merge answered ${response.status}`)
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      await exit
    },
  }
}

function isHealthy(url: string): Promise<boolean> {
  return fetch(`${url}/health`).then(
    (response) => response.ok,
    () => false,
  )
}

async function untilCounted(url: string, events: number): Promise<void> {
  const deadlineMs = performance.now() + COUNT_WAIT_MS_MAX
  let found = 0
  while (performance.now() < deadlineMs) {
    const answer = await getJson({ url }, COUNT_PATH)
    found = Number(isCount(answer) ? answer.count : undefined)
    if (found === events) return
    await sleep(POLL_MS)
  }
  throw new Error(`${VICTORIA_LOGS} found ${found} of ${events} events`)
}

function isCount(answer: unknown): answer is { readonly count: unknown } {
  return typeof answer === 'object' && answer !== null && 'count' in answer
}
