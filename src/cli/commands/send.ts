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

const BATCH_EVENTS_DEFAULT = 1000
/** How long an event of a live input waits for others of its batch, in milliseconds. */
const IDLE_FLUSH_MS = 500
const STANDARD_INPUT = '-'

const OPTIONS = {
  ...EVENT_OPTIONS,
  'batch-size': {
    type: 'text',
    placeholder: 'NUMBER',
    description: `Events of one request; ${BATCH_EVENTS_DEFAULT} when left out`,
  },
  'idempotency-key': {
    type: 'text',
    placeholder: 'KEY',
    description: 'Key of a run, to run it again without storing anything twice',
  },
  quiet: { type: 'switch', short: 'q', description: 'Say nothing when all went well' },
  ...CONNECTION_OPTIONS,
} as const

/** `waybill send`: events of files, of standard input, or one stated by options. */
export const sendCommand = defineCommand(
  {
    name: 'send',
    summary: 'Send events to the ledger',
    operands: '[FILE …]',
    description: `Reads events as JSON from files, or from standard input (also as \`-\`): one
object a line, objects one after the other, or one array of objects. Or states a single event by
options.

Events are stored in order, batch by batch; a batch is stored whole or not at all, and once it is
acknowledged it is on disk. A server that is busy, restarting or out of disk is asked again. If
the command fails all the same it prints how to go on without storing anything twice.

What \`waybill export\` wrote as NDJSON or JSON can be sent to another server, also repeatedly: the
time of receipt and the place in the ledger are left out, and the events that Waybill recorded of
itself are skipped and counted.`,
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
  /** Undefined for the event that the options state. */
  readonly name: string | undefined
  readonly stream: () => Readable
}

function inputsOf({ options, operands, io }: Call<typeof OPTIONS>): readonly NamedInput[] {
  const stated = givenEventOptions(options)
  if (stated.length > 0) {
    if (operands.length > 0) {
      throw new CommandError(`--${stated[0]} states one event; it cannot go with files`, {
        ending: 'usage',
      })
    }
    const line = JSON.stringify(eventOfOptions(options))
    return [{ name: undefined, stream: () => Readable.from([line]) }]
  }
  if (operands.length === 0 && io.stdin.isTTY === true) {
    throw new CommandError('nothing to send: name files, pipe events in, or give --action', {
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
 * Adds what the input holds; what waits too long for the next chunk goes as a smaller batch.
 * Answers how many events were skipped, those that Waybill recorded of itself.
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

/** The error with what was stored before it, and how to go on. */
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
    `the rest: what is stored is not stored twice`
  return new CommandError(`${error.message}\n  ${stored}`, {
    ending: error.ending,
    hint,
    cause: error,
  })
}

function summary({ accepted, duplicates, batches }: SentTotals, progress: Progress): string {
  if (batches === 0) return 'nothing to send: the input holds no event'
  const events = accepted === 1 ? '1 event' : `${grouped(accepted)} events`
  const before = duplicates === 0 ? '' : `, ${grouped(duplicates)} were there before`
  const rate = batches > 1 ? `, ${grouped(progress.rate(accepted + duplicates))}/s` : ''
  return `stored ${events}${before}${rate}`
}

function skippedText(count: number): string {
  const events = count === 1 ? '1 event' : `${grouped(count)} events`
  return `skipped ${events} that Waybill recorded of itself`
}
