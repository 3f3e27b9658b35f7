import { pauseFor } from '../../core/retry.ts'
import {
  type Collector,
  type CollectorReport,
  LogsRefusedError,
} from '../../dialects/collecting/collector.ts'
import { CommandError } from '../command-error.ts'
import { type CommandIo, write } from '../command-io.ts'
import type { Ending } from '../exit-code.ts'
import { plainLine } from '../terminal/plain-line.ts'
import { createProgress, grouped } from '../terminal/progress.ts'
import { storedText } from '../terminal/stored-text.ts'
import { serverSink } from './collector-sink.ts'
import { CONNECTION_OPTIONS, type ConnectionOptions, findConnection } from './connection-options.ts'
import { retrying } from './retrying.ts'
import { type Ask, createClient } from './server-client.ts'

/** Where the events are that say what could not be had. */
const GAPS_SEARCH = 'what could not be read: waybill search --action collector.gap'

/** The options that end those of every command that collects. */
export const COLLECTING_OPTIONS = {
  tenant: {
    type: 'text',
    placeholder: 'TENANT',
    description: "Tenant of the events; the token's when left out",
  },
  follow: { type: 'switch', short: 'f', description: 'Read on until Ctrl-C' },
  ...CONNECTION_OPTIONS,
} as const

/** What a command collects, and for whom. */
export interface Collecting {
  readonly collector: Collector
  /** The vendor's product, for messages. */
  readonly product: string
  readonly options: ConnectionOptions & {
    readonly tenant: string | undefined
    readonly follow: boolean
  }
  readonly io: CommandIo
}

/** Runs a collector once, or with `follow` until it is interrupted, into a server's ledger. */
export async function runCollector(collecting: Collecting): Promise<Ending> {
  const { collector, options, io } = collecting
  const ask = createClient(findConnection(options, io.env))
  const signal = io.interruption()
  for (;;) {
    try {
      await collectOnce(collecting, ask, signal)
    } catch (error) {
      const isFinal = !(error instanceof CommandError) || error.ending === 'refused'
      if (!options.follow || signal.aborted || isFinal) throw error
      io.stderr.write(`${error.message}\n`)
    }
    if (!options.follow) return 'success'
    await pauseFor(collector.everyMs, signal)
    if (signal.aborted) return 'success'
  }
}

async function collectOnce(
  { collector, product, options, io }: Collecting,
  plainAsk: Ask,
  signal: AbortSignal,
): Promise<void> {
  let last: CollectorReport = { accepted: 0, duplicates: 0, at: '' }
  const progress = createProgress(
    io.stderr,
    (events, rate) => `${last.at}: ${grouped(events)} events, ${grouped(rate)}/s`,
  )
  const warn = (message: string) => {
    progress.clear()
    io.stderr.write(`${plainLine(message)}\n`)
  }
  const ask = retrying(plainAsk, {
    wasReached: () => last.at !== '',
    onWait: warn,
  })
  const { kind, name } = collector
  try {
    await collector.collect({
      sink: serverSink({ ask, kind, name, tenant: options.tenant, signal }),
      signal,
      trouble: warn,
      report(report) {
        last = report
        progress.update(report.accepted + report.duplicates)
      },
    })
  } catch (error) {
    progress.clear()
    if (error instanceof CommandError && !signal.aborted) throw error
    throw explained(error, { last, product, signal })
  }
  progress.clear()
  await write(io.stdout, `${summary(last, product)}\n`)
}

interface Interrupted {
  readonly last: CollectorReport
  readonly product: string
  readonly signal: AbortSignal
}

function explained(error: unknown, { last, product, signal }: Interrupted): CommandError {
  const stored = `${grouped(last.accepted)} events were stored; the same command goes on from there`
  if (signal.aborted) {
    return new CommandError('interrupted', { ending: 'interrupted', cause: error, hint: stored })
  }
  const isRefused = error instanceof LogsRefusedError
  const message = error instanceof Error ? error.message : `${product} cannot be read`
  return new CommandError(message, {
    ending: isRefused ? 'refused' : 'failure',
    cause: error,
    hint: stored,
  })
}

function summary(report: CollectorReport, product: string): string {
  const { accepted, duplicates, missing = 0, gaps = 0 } = report
  const stored = storedText({ accepted, duplicates })
  const gap =
    missing === 0 ? '' : `; ${product} counts ${grouped(missing)} more that it did not return`
  const found = gaps === 0 ? '' : `; ${GAPS_SEARCH}`
  return `${stored}${gap}${found}`
}
