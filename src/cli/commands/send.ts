import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { addAbortSignal, Readable } from 'node:stream'
import { wholeNumber } from '../../config/table/value-kind.ts'
import { InputError, splitJsonValues } from '../../core/json/json-values.ts'
import { BATCH_EVENTS_MAX } from '../../core/limits.ts'
import { inTime } from '../../core/time/in-time.ts'
import { CONNECTION_OPTIONS, findConnection } from '../client/connection-options.ts'
import { EventSender, type SentTotals } from '../client/event-sender.ts'
import { sendable } from '../client/exported-event.ts'
import { retrying } from '../client/retrying.ts'
import { createClient } from '../client/server-client.ts'
import type { Call } from '../command.ts'
import { CommandError } from '../command-error.ts'
import { type CommandIo, type Input, write } from '../command-io.ts'
import { defineCommand } from '../define-command.ts'
import type { Ending } from '../exit-code.ts'
import { EVENT_OPTIONS, eventOfOptions, givenEventOptions } from '../options/event-options.ts'
import { fileError } from '../terminal/file-error.ts'
import { createProgress, grouped, type Progress } from '../terminal/progress.ts'
import { storedText } from '../terminal/stored-text.ts'

const BATCH_EVENTS_DEFAULT = 1000
/** How long an event from live input waits for the rest of its batch, in milliseconds. */
const IDLE_FLUSH_MS = 500
const STANDARD_INPUT = '-'

const OPTIONS = {
  ...EVENT_OPTIONS,
  'batch-size': {
    type: 'text',
    placeholder: 'NUMBER',
    description: `Events per request; default ${BATCH_EVENTS_DEFAULT}`,
  },
  'idempotency-key': {
    type: 'text',
    placeholder: 'KEY',
    description: 'Key for repeating a run without storing anything twice',
  },
  quiet: { type: 'switch', short: 'q', description: 'Print nothing on success' },
  ...CONNECTION_OPTIONS,
} as const

/** `waybill send`: events from files or standard input, or a single event from options. */
export const sendCommand = defineCommand(
  {
    name: 'send',
    summary: 'Send events to the ledger',
    operands: '[FILE …]',
    description: `Reads events as JSON from files, or from standard input (also as \`-\`): one
object per line, consecutive objects, or one array of objects. Alternatively, options describe a
single event.

Events are stored in order, in batches; a batch is stored completely or not at all, and is on disk
once it is acknowledged. Requests are retried while the server is busy, restarting or out of disk
space. If the command fails nevertheless, it prints how to continue without storing anything twice.

NDJSON or JSON from \`waybill export\` can be sent to another server, even repeatedly: the time of
receipt and the position in the ledger are removed, and events that Waybill recorded about itself
are skipped and counted.`,
    options: OPTIONS,
    operandCount: { min: 0, max: Number.POSITIVE_INFINITY },
    examples: [
      {
        line:
          'waybill send --action image.push --actor alice --namespace team ' +
          '--repository app --tag 1',
        does: 'one event',
      },
      { line: 'waybill send events.ndjson', does: 'a file' },
      { line: 'zcat events-*.gz | waybill send', does: 'standard input' },
    ],
  },
  send,
)

async function send(call: Call<typeof OPTIONS>): Promise<Ending> {
  const { options, io } = call
  const { batchEventsMax, idempotencyKey } = readOptions(call)
  const inputs = inputsOf(call)
  const signal = io.interruption()
  const progress = createProgress(
    io.stderr,
    (events, rate) => `${grouped(events)} events, ${grouped(rate)}/s`,
  )
  const client = createClient(findConnection(options, io.env))
  const sender = new EventSender({
    ask: retrying(client, {
      wasReached: () => sender.totals.batches > 0,
      onWait: (message) => {
        progress.clear()
        io.stderr.write(`${message}\n`)
      },
    }),
    idempotencyKey,
    batchEventsMax,
    signal,
    onBatch: ({ accepted, duplicates }) => progress.update(accepted + duplicates),
  })
  let ownEvents = 0
  try {
    for (const { name, stream } of inputs) {
      ownEvents += await sendInput(sender, name, addAbortSignal(signal, stream()))
    }
    await sender.flush()
  } catch (error) {
    progress.clear()
    const cause = signal.aborted ? interrupted(error) : error
    throw explained(cause, sender.totals, { idempotencyKey, inputs })
  }
  progress.clear()
  if (!options.quiet) {
    const skipped = ownEvents === 0 ? '' : `; ${skippedText(ownEvents)}`
    await write(io.stdout, `${summary(sender.totals, progress)}${skipped}\n`)
  }
  return 'success'
}

function readOptions({ options }: Call<typeof OPTIONS>) {
  const size = options['batch-size']
  const kind = wholeNumber(1, BATCH_EVENTS_MAX)
  const batchEventsMax = size === undefined ? BATCH_EVENTS_DEFAULT : kind.read(size)
  if (batchEventsMax === undefined) {
    throw new CommandError(`--batch-size: expected ${kind.expected}`, { ending: 'usage' })
  }
  return { batchEventsMax, idempotencyKey: options['idempotency-key'] ?? randomUUID() }
}

interface NamedInput {
  /** Undefined for the event given by options. */
  readonly name: string | undefined
  readonly stream: () => Readable
}

function inputsOf({ options, operands, io }: Call<typeof OPTIONS>): readonly NamedInput[] {
  const stated = givenEventOptions(options)
  if (stated.length > 0) {
    if (operands.length > 0) {
      throw new CommandError(`--${stated[0]} describes a single event; files are not allowed`, {
        ending: 'usage',
      })
    }
    const line = JSON.stringify(eventOfOptions(options))
    return [{ name: undefined, stream: () => Readable.from([line]) }]
  }
  if (operands.length === 0 && io.stdin.isTTY === true) {
    throw new CommandError('nothing to send: name files, pipe events in, or use --action', {
      ending: 'usage',
      hint: 'waybill send --help',
    })
  }
  const names = operands.length === 0 ? [STANDARD_INPUT] : operands
  return names.map((name) =>
    name === STANDARD_INPUT
      ? { name: 'standard input', stream: () => standardInput(io) }
      : { name, stream: () => createReadStream(name, 'utf8') },
  )
}

function standardInput(io: CommandIo): Input {
  io.stdin.setEncoding('utf8')
  return io.stdin
}

/**
 * Adds the values of an input; a batch that waits too long for more input is sent early. Resolves
 * with the number of skipped events, those that Waybill recorded about itself.
 */
async function sendInput(
  sender: EventSender,
  name: string | undefined,
  stream: AsyncIterable<unknown>,
): Promise<number> {
  let ownEvents = 0
  const values = splitJsonValues(texts(stream))
  try {
    for (;;) {
      const next = values.next()
      if (name === 'standard input' && !(await settlesWithin(next, IDLE_FLUSH_MS))) {
        await sender.flush()
      }
      const { done, value } = await next
      if (done) return ownEvents
      if (value === undefined) continue
      const found = sendable(value)
      if (found.kind === 'own') ownEvents += 1
      else await sender.add(found.value, name)
    }
  } catch (error) {
    if (error instanceof InputError) {
      throw new CommandError(`${name}:${error.line}: ${error.message}`, {
        ending: 'failure',
        cause: error,
      })
    }
    throw fileError(name ?? '', error)
  }
}

async function* texts(stream: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const chunk of stream) yield String(chunk)
}

async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const settled = promise.then(
    () => true,
    () => true,
  )
  return (await inTime(settled, ms)) === true
}

function interrupted(cause: unknown): CommandError {
  return new CommandError('interrupted', { ending: 'interrupted', cause })
}

/** The error with the number of events stored before it, and how to continue. */
function explained(
  error: unknown,
  totals: SentTotals,
  run: { readonly idempotencyKey: string; readonly inputs: readonly NamedInput[] },
): unknown {
  if (!(error instanceof CommandError) || totals.batches === 0) return error
  const count = totals.accepted + totals.duplicates
  const stored =
    count === 1
      ? '1 event of an earlier batch is stored'
      : `${grouped(count)} events of earlier batches are stored`
  const hint =
    `run the same command again with --idempotency-key ${run.idempotencyKey} to send ` +
    `the rest; nothing is stored twice`
  return new CommandError(`${error.message}\n  ${stored}`, {
    ending: error.ending,
    hint,
    cause: error,
  })
}

function summary({ accepted, duplicates, batches }: SentTotals, progress: Progress): string {
  if (batches === 0) return 'nothing to send: the input contains no events'
  const rate = batches > 1 ? `, ${grouped(progress.rate(accepted + duplicates))}/s` : ''
  return `${storedText({ accepted, duplicates })}${rate}`
}

function skippedText(count: number): string {
  const events = count === 1 ? '1 event' : `${grouped(count)} events`
  return `skipped ${events} that Waybill recorded about itself`
}
