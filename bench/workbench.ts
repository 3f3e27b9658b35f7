import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  type ClickHouseServer,
  startClickHouseServer,
} from '../test/support/store-clickhouse-server.ts'
import { ingest, waybillIntake } from './client/ingest-load.ts'
import {
  type BatchFile,
  BatchReader,
  type BatchSource,
  findBatches,
  sourceOf,
  writeBatches,
} from './events/batch-file.ts'
import type { GenerateOptions } from './events/generate-events.ts'
import { ndjsonBatches } from './events/ndjson-batches.ts'
import { EVERY_ROW_EVENTS_MAX } from './growth.ts'
import type { BareRouteReply, BareRouteRequest } from './peers/bare-route-process.ts'
import { type Helper, startHelper } from './peers/helper-process.ts'
import { openQuayDatabase, type QuayDatabase } from './peers/quay-database.ts'
import type { RawEngineReply, RawEngineRequest, RowFormat } from './peers/raw-engine-process.ts'
import {
  findVictoriaLogs,
  NOT_ON_PATH,
  startVictoriaLogs,
  type VictoriaLogs,
} from './peers/victoria-logs.ts'
import { untilQuiet } from './process-usage.ts'
import { PROGRAM, type Server, startServer } from './server.ts'

/** The benchmark's own folder inside of the one it is given: it removes no other. */
const FOLDER = 'waybill-bench'
/** Connections of a load whose speed is not what is measured. */
const LOAD_CONNECTIONS = 8

/** What is being ended may still write. */
const REMOVAL = { recursive: true, force: true, maxRetries: 10, retryDelay: 200 } as const

/** A server that does nothing but HTTP. */
export interface BareRoute {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  readonly pid: number
  close(): Promise<void>
}

export interface WorkbenchOptions {
  readonly seed: number
  readonly dataDirectory: string | undefined
  readonly keep: boolean
  /** Tells the person who waits. */
  readonly log: (text: string) => void
}

/**
 * What the rows work with: the events, ledgers that hold them, and the baselines' processes.
 *
 * Everything is made when it is first asked for. In a directory that is kept, a later run finds
 * what an earlier one made. One server runs at a time.
 */
export class Workbench {
  readonly directory: string
  readonly log: (text: string) => void
  readonly #seed: number
  readonly #endMicros: number
  readonly #keep: boolean
  #closed = false
  #running: { readonly events: number; readonly server: Server } | undefined
  #victoria: { readonly events: number; readonly peer: VictoriaLogs } | undefined
  #clickHouse: ClickHouseServer | undefined
  #rawEngine: Helper<RawEngineRequest, RawEngineReply> | undefined
  #quay: { readonly events: number; readonly database: QuayDatabase | undefined } | undefined

  private constructor(options: WorkbenchOptions, directory: string, endMicros: number) {
    this.directory = directory
    this.log = options.log
    this.#seed = options.seed
    this.#endMicros = endMicros
    this.#keep = options.keep
  }

  static async open(options: WorkbenchOptions): Promise<Workbench> {
    const { dataDirectory } = options
    const directory =
      dataDirectory === undefined
        ? await mkdtemp(join(tmpdir(), `${FOLDER}-`))
        : join(dataDirectory, FOLDER)
    await mkdir(directory, { recursive: true })
    // PostgreSQL runs as another user than root, and has to reach its folder.
    await chmod(directory, 0o711)
    return new Workbench(options, directory, await endOfTime(directory, options.seed))
  }

  /** Which events a ledger of `count` events holds. */
  eventOptions(count: number): GenerateOptions {
    return { seed: this.#seed, count, endMicros: this.#endMicros }
  }

  /** The events as bodies of `POST /v1/events`. */
  async eventBatches(count: number): Promise<BatchFile> {
    const path = join(this.directory, `events-${count}.ndjson`)
    this.#refuseWhenClosed()
    const found = await findBatches(path)
    if (found !== undefined) return found
    this.log(`generating ${count} events`)
    return writeBatches(path, ndjsonBatches(this.eventOptions(count)))
  }

  /** The same bodies, to be taken one after another. */
  async openBatches(count: number): Promise<BatchSource> {
    if (count <= EVERY_ROW_EVENTS_MAX) return BatchReader.open(await this.eventBatches(count))
    // A file of them would take several times as much disk as the ledger.
    return sourceOf(ndjsonBatches(this.eventOptions(count)))
  }

  /** Whether peers are loaded with so many events. */
  hasPeers(count: number): boolean {
    return count <= EVERY_ROW_EVENTS_MAX
  }

  /** The same events as the store's own code encodes them for the engine. */
  async encodedRows(count: number, format: RowFormat): Promise<BatchFile> {
    const path = join(this.directory, `rows-${count}-${format}`)
    const found = await findBatches(path)
    if (found !== undefined) return found
    const events = await this.eventBatches(count)
    this.log(`encoding ${count} rows for the raw engine, ${format}`)
    const { rows } = await this.rawEngine().ask({ task: 'encode', events, path, format })
    if (rows === undefined) throw new Error('no rows were encoded')
    return rows
  }

  /** A server on an empty ledger that is to hold `count` events; the one before is removed. */
  async startEmpty(count: number): Promise<Server> {
    await this.stopServer()
    for (const done of ['loaded', 'merged'] as const) {
      await rm(this.#mark(count, done), { force: true })
    }
    await rm(this.ledgerDirectory(count), { recursive: true, force: true })
    return this.#start(count)
  }

  /** Notes that the running server has taken in all of its events. */
  async markLoaded(count: number): Promise<void> {
    await writeFile(this.#mark(count, 'loaded'), '')
  }

  /** A server, at rest, on a ledger of `count` events. */
  async serving(count: number): Promise<Server> {
    await this.ensureLoaded(count)
    if (this.#running?.events === count) return this.#running.server
    await this.stopServer()
    const server = await this.#start(count)
    await untilQuiet(server.pid)
    return server
  }

  /** Loads the ledger of `count` events and merges it, unless that was done. */
  async ensureLoaded(count: number): Promise<void> {
    if (!existsSync(this.#mark(count, 'loaded'))) {
      const batches = await this.openBatches(count)
      const server = await this.startEmpty(count)
      this.log(`loading ${count} events`)
      const load = { batches, events: count, connections: LOAD_CONNECTIONS }
      await ingest(waybillIntake(server), load)
      await this.markLoaded(count)
    }
    if (existsSync(this.#mark(count, 'merged'))) return
    await this.stopServer()
    this.log(`merging ${count} events`)
    await this.rawEngine().ask({ task: 'merge', directory: this.ledgerDirectory(count) })
    await writeFile(this.#mark(count, 'merged'), '')
  }

  /**
   * A copy of the ledger of `count` events in a directory of its own, which may be changed. The
   * copy is activated as its operator would, or it would be read-only.
   */
  async copyOfLedger(count: number, name: string): Promise<string> {
    await this.ensureLoaded(count)
    await this.stopServer()
    const directory = join(this.directory, name)
    await rm(directory, { recursive: true, force: true })
    await cp(this.ledgerDirectory(count), directory, { recursive: true })
    await promisify(execFile)(process.execPath, [PROGRAM, 'recover', '--copy', '--data', directory])
    return directory
  }

  ledgerDirectory(count: number): string {
    return join(this.directory, `ledger-${count}`)
  }

  async stopServer(): Promise<void> {
    const { server } = this.#running ?? {}
    this.#running = undefined
    await server?.stop()
  }

  /** The engine without Waybill. No server may run on a directory that it is asked to open. */
  rawEngine(): Helper<RawEngineRequest, RawEngineReply> {
    this.#refuseWhenClosed()
    this.#rawEngine ??= startHelper('./raw-engine-process.ts')
    return this.#rawEngine
  }

  /** A server that only parses what is posted, and answers `page`. */
  async bareRoute(page: string): Promise<BareRoute> {
    this.#refuseWhenClosed()
    const helper = startHelper<BareRouteRequest, BareRouteReply>('./bare-route-process.ts')
    const { url } = await helper.ask({ page })
    return { url, pid: helper.pid, close: () => helper.close() }
  }

  /** Quay's tables in PostgreSQL with the same events; undefined without it or `hasPeers`. */
  async quayDatabase(count: number): Promise<QuayDatabase | undefined> {
    this.#refuseWhenClosed()
    if (!this.hasPeers(count)) return undefined
    if (this.#quay?.events === count) return this.#quay.database
    await this.#quay?.database?.close()
    const database = await openQuayDatabase({
      directory: join(this.directory, `postgresql-${count}`),
      events: this.eventOptions(count),
      log: this.log,
    })
    this.#quay = { events: count, database }
    return database
  }

  /** VictoriaLogs on an empty directory; undefined, with a line, without the program. */
  async startEmptyVictoriaLogs(count: number): Promise<VictoriaLogs | undefined> {
    await this.stopVictoriaLogs()
    await rm(this.#victoriaMark(count), { force: true })
    await rm(this.victoriaDirectory(count), { recursive: true, force: true })
    return this.#startVictoriaLogs(count)
  }

  /** Notes that it has taken in all events. */
  async markVictoriaLogsLoaded(count: number): Promise<void> {
    await writeFile(this.#victoriaMark(count), '')
  }

  /** VictoriaLogs with the same events, merged; undefined without the program or `hasPeers`. */
  async victoriaLogs(count: number): Promise<VictoriaLogs | undefined> {
    if (!this.hasPeers(count)) return undefined
    if (this.#victoria?.events === count) return this.#victoria.peer
    if (!existsSync(this.#victoriaMark(count))) {
      const empty = await this.startEmptyVictoriaLogs(count)
      if (empty === undefined) return undefined
      this.log(`loading ${count} events into VictoriaLogs`)
      const batches = await this.openBatches(count)
      await ingest(empty.intake, { batches, events: count, connections: LOAD_CONNECTIONS })
      await empty.untilCounted(count)
      await this.markVictoriaLogsLoaded(count)
    } else await this.stopVictoriaLogs()
    const peer = this.#victoria?.peer ?? (await this.#startVictoriaLogs(count))
    await peer?.merge()
    if (peer !== undefined) await untilQuiet(peer.pid)
    return peer
  }

  victoriaDirectory(count: number): string {
    return join(this.directory, `victoria-logs-${count}`)
  }

  async stopVictoriaLogs(): Promise<void> {
    const { peer } = this.#victoria ?? {}
    this.#victoria = undefined
    await peer?.stop()
  }

  /** A ClickHouse server on an empty directory; `close` stops it, unless its row does. */
  async startClickHouse(): Promise<ClickHouseServer> {
    this.#refuseWhenClosed()
    this.#clickHouse = await startClickHouseServer()
    return this.#clickHouse
  }

  /** Whether `close` was called: a row that is running then fails, and no other should begin. */
  get isClosed(): boolean {
    return this.#closed
  }

  /** Ends every process, and removes the data unless it is to be kept. */
  async close(): Promise<void> {
    this.#closed = true
    await this.stopServer()
    await this.#rawEngine?.close()
    await this.#quay?.database?.close()
    await this.stopVictoriaLogs()
    await this.#clickHouse?.stop()
    if (this.#keep) this.log(`the data stays in ${this.directory}`)
    else await rm(this.directory, REMOVAL)
  }

  async #start(count: number): Promise<Server> {
    this.#refuseWhenClosed()
    const server = await startServer(this.ledgerDirectory(count))
    this.#running = { events: count, server }
    return server
  }

  async #startVictoriaLogs(count: number): Promise<VictoriaLogs | undefined> {
    this.#refuseWhenClosed()
    const program = findVictoriaLogs()
    if (program === undefined) {
      this.log(NOT_ON_PATH)
      return undefined
    }
    const peer = await startVictoriaLogs(program, this.victoriaDirectory(count))
    this.#victoria = { events: count, peer }
    return peer
  }

  #victoriaMark(count: number): string {
    return join(this.directory, `victoria-logs-${count}.loaded`)
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw new Error('the benchmark was stopped')
  }

  #mark(count: number, done: 'loaded' | 'merged'): string {
    return join(this.directory, `ledger-${count}.${done}`)
  }
}

/** The time at which the events end: that of the first run in a directory. */
async function endOfTime(directory: string, seed: number): Promise<number> {
  const path = join(directory, 'events.json')
  if (existsSync(path)) {
    const known: { seed?: unknown; endMicros?: unknown } = JSON.parse(await readFile(path, 'utf8'))
    if (known.seed !== seed) throw new Error(`${directory} holds events of seed ${known.seed}`)
    return Number(known.endMicros)
  }
  const endMicros = Date.now() * 1000
  await writeFile(path, JSON.stringify({ seed, endMicros }))
  return endMicros
}
