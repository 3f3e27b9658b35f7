import { wholeNumber } from '../../config/table/value-kind.ts'
import { isMembers } from '../../core/json/json.ts'
import { pauseFor } from '../../core/retry.ts'
import { CONNECTION_OPTIONS, findConnection } from '../client/connection-options.ts'
import { backOffMs } from '../client/retrying.ts'
import { bytesOf, createClient, ServerError } from '../client/server-client.ts'
import { readServerSentEvents } from '../client/server-sent-events.ts'
import type { Call } from '../command.ts'
import { CommandError, OutputClosed } from '../command-error.ts'
import { write } from '../command-io.ts'
import { defineCommand } from '../define-command.ts'
import type { Ending } from '../exit-code.ts'
import { FILTER_HELP, FILTER_OPTIONS, filterQuery } from '../options/filter-options.ts'
import { readAfter } from '../options/seq-option.ts'
import { EVENT_COLUMNS } from '../terminal/event-lines.ts'
import { paintFor } from '../terminal/terminal-style.ts'
import { columnWidths, tableRows } from '../terminal/text-table.ts'

const OPTIONS = {
  after: {
    type: 'text',
    placeholder: 'SEQ',
    description: 'Start after this position in the ledger; default is the next event',
  },
  all: { type: 'switch', description: 'Start with the first event of the ledger' },
  limit: {
    type: 'text',
    short: 'n',
    placeholder: 'NUMBER',
    description: 'Stop after this many events',
  },
  ...FILTER_OPTIONS,
  json: { type: 'switch', description: 'Whole events as JSON, one per line' },
  ...CONNECTION_OPTIONS,
} as const

/** `waybill tail`: the live event stream, with reconnection. */
export const tailCommand = defineCommand(
  {
    name: 'tail',
    summary: 'Follow events as they are stored',
    operands: '[TEXT …]',
    description: `${FILTER_HELP}

Runs until Ctrl-C. A lost connection is restored, and no event is left out or shown twice. If the
server then has another ledger, or an older copy of this one, the command fails.`,
    options: OPTIONS,
    operandCount: { min: 0, max: Number.POSITIVE_INFINITY },
    examples: [
      { line: 'waybill tail', does: 'everything from now on' },
      { line: 'waybill tail --outcome failure --outcome denied', does: 'failures and denials' },
      { line: 'waybill tail --json --after 1041', does: 'continues where a script stopped' },
      { line: 'waybill tail --action image.push --limit 1', does: 'waits for the next push' },
    ],
  },
  tail,
)

async function tail({ options, operands, io }: Call<typeof OPTIONS>): Promise<Ending> {
  const query = filterQuery(options, operands)
  let lastEventId = options.all ? '-1' : readAfter(options.after)
  const limit = readLimit(options.limit)
  const signal = io.interruption()
  const ask = createClient(findConnection(options, io.env))
  const show = options.json ? jsonLine : tableLine(paintFor(io.stdout, io.env))
  let wasReached = false
  let shown = 0
  for (let failures = 0; !signal.aborted; ) {
    try {
      const headers: Record<string, string> = { Accept: 'text/event-stream' }
      if (lastEventId !== undefined) headers['Last-Event-ID'] = lastEventId
      const answer = await ask({
        path: 'v1/events/stream',
        query,
        headers,
        signal,
      })
      // From now on, another ledger at the same address is rejected instead of followed.
      const origin = answer.headers.get('Waybill-Origin')
      if (origin !== null) query.set('origin', origin)
      if (failures > 0) await write(io.stderr, 'reconnected\n')
      wasReached = true
      failures = 0
      for await (const { id, data } of readServerSentEvents(bytesOf(answer))) {
        if (data !== undefined) await write(io.stdout, show(data))
        lastEventId = id
        if (data === undefined) continue
        shown += 1
        if (shown === limit) return 'success'
      }
    } catch (error) {
      if (signal.aborted) break
      if (!wasReached || !isPassing(error)) throw error
    }
    if (signal.aborted) break
    failures += 1
    if (failures === 1) await write(io.stderr, 'connection lost; reconnecting\n')
    await pauseFor(backOffMs(failures), signal)
  }
  return 'interrupted'
}

function readLimit(text: string | undefined): number | undefined {
  const kind = wholeNumber(1, Number.MAX_SAFE_INTEGER)
  const value = text === undefined ? undefined : kind.read(text)
  if (text === undefined || value !== undefined) return value
  throw new CommandError(`--limit: expected ${kind.expected}`, { ending: 'usage' })
}

/** A lost connection or a restarting server is temporary; a rejection is not. */
function isPassing(error: unknown): boolean {
  if (error instanceof OutputClosed) return false
  if (error instanceof ServerError) return error.ending === 'unreachable'
  return !(error instanceof CommandError) || error.ending === 'unreachable'
}

type Show = (data: string) => string

const jsonLine: Show = (data) => `${data}\n`

function tableLine(paint: ReturnType<typeof paintFor>): Show {
  const widths = columnWidths([], EVENT_COLUMNS)
  return (data) => {
    const event: unknown = JSON.parse(data)
    return isMembers(event) ? tableRows([event], EVENT_COLUMNS, { paint, widths }) : ''
  }
}
