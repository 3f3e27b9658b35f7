import { wholeNumber } from '../../config/table/value-kind.ts'
import { PAGE_EVENTS_MAX } from '../../core/limits.ts'
import { CONNECTION_OPTIONS, findConnection } from '../client/connection-options.ts'
import { createClient, jsonOf } from '../client/server-client.ts'
import type { Call } from '../command.ts'
import { CommandError } from '../command-error.ts'
import { write } from '../command-io.ts'
import { defineCommand } from '../define-command.ts'
import type { Ending } from '../exit-code.ts'
import { FILTER_HELP, FILTER_OPTIONS, filterQuery } from '../options/filter-options.ts'
import { readAfter } from '../options/seq-option.ts'
import { EVENT_COLUMNS, eventsOf, type ReceivedEvent } from '../terminal/event-lines.ts'
import { paintFor } from '../terminal/terminal-style.ts'
import { columnWidths, tableRows, textTable } from '../terminal/text-table.ts'

const LIMIT_DEFAULT = 20

const OPTIONS = {
  ...FILTER_OPTIONS,
  limit: {
    type: 'text',
    short: 'n',
    placeholder: 'NUMBER',
    description: `Most events to show, up to ${PAGE_EVENTS_MAX}; default ${LIMIT_DEFAULT}`,
  },
  all: { type: 'switch', description: 'Show every matching event, page after page' },
  oldest: { type: 'switch', description: 'Oldest first, instead of newest first' },
  after: {
    type: 'text',
    placeholder: 'SEQ',
    description: 'Events after this position in the ledger, in order of arrival',
  },
  json: { type: 'switch', description: 'Whole events as JSON, one per line' },
  ...CONNECTION_OPTIONS,
} as const

/** `waybill search`: one page of events, or with `--all` every page. */
export const searchCommand = defineCommand(
  {
    name: 'search',
    summary: 'Find events',
    operands: '[TEXT …]',
    description: `${FILTER_HELP}

The table shows the most important fields; \`--json\` shows all of them.`,
    options: OPTIONS,
    operandCount: { min: 0, max: Number.POSITIVE_INFINITY },
    examples: [
      { line: 'waybill search', does: 'the latest events' },
      {
        line: 'waybill search --namespace team --action image.push --from 7d',
        does: "a week's pushes to one namespace",
      },
      {
        line: 'waybill search --action container.exec --not-actor healthcheck',
        does: 'without one actor',
      },
      {
        line: 'waybill search --all --json --after 1041',
        does: 'new arrivals, including late events',
      },
      { line: 'waybill search --outcome denied --all --json | jq .client.ip', does: 'for scripts' },
    ],
  },
  search,
)

async function search({ options, operands, io }: Call<typeof OPTIONS>): Promise<Ending> {
  const query = filterQuery(options, operands)
  setOrder(query, options)
  query.set('limit', String(pageSize(options)))
  const signal = io.interruption()
  const ask = createClient(findConnection(options, io.env))
  const show = options.json ? jsonLines : eventTable(paintFor(io.stdout, io.env))
  let shown = 0
  for (;;) {
    const answer = await jsonOf(await ask({ path: 'v1/events', query, signal }))
    const events = eventsOf(answer)
    if (events.length > 0) await write(io.stdout, show(events))
    shown += events.length
    const { next, after } = answer
    if (typeof next !== 'string') {
      if (typeof after === 'number' && !options.json) {
        await write(io.stderr, `for later events: --after ${after}\n`)
      }
      break
    }
    if (!options.all) {
      if (!options.json)
        await write(
          io.stderr,
          `more events match: use --all, or --limit up to ${PAGE_EVENTS_MAX}\n`,
        )
      return 'success'
    }
    query.delete('after')
    query.set('cursor', next)
  }
  if (shown === 0 && !options.json) await write(io.stderr, 'no events match\n')
  return 'success'
}

function setOrder(
  query: URLSearchParams,
  { oldest, ...options }: { readonly oldest: boolean; readonly after: string | undefined },
): void {
  const after = readAfter(options.after)
  if (after === undefined) {
    query.set('order', oldest ? 'oldest' : 'newest')
    return
  }
  if (oldest) {
    throw new CommandError('--after means order of arrival, so --oldest is not allowed', {
      ending: 'usage',
    })
  }
  query.set('order', 'seq')
  query.set('after', after)
}

function pageSize({ limit, all }: { readonly limit: string | undefined; readonly all: boolean }) {
  if (limit === undefined) return all ? PAGE_EVENTS_MAX : LIMIT_DEFAULT
  const kind = wholeNumber(1, PAGE_EVENTS_MAX)
  const value = kind.read(limit)
  if (value !== undefined && !all) return value
  throw new CommandError(
    all
      ? '--all shows every event, so --limit is not allowed'
      : `--limit: expected ${kind.expected}`,
    { ending: 'usage' },
  )
}

type Show = (events: readonly ReceivedEvent[]) => string

const jsonLines: Show = (events) => events.map((event) => `${JSON.stringify(event)}\n`).join('')

/** The titles are printed only above the first page, whose column widths apply to all pages. */
function eventTable(paint: ReturnType<typeof paintFor>): Show {
  let widths: readonly number[] | undefined
  return (events) => {
    if (widths !== undefined) return tableRows(events, EVENT_COLUMNS, { paint, widths })
    widths = columnWidths(events, EVENT_COLUMNS)
    return textTable(events, EVENT_COLUMNS, paint)
  }
}
