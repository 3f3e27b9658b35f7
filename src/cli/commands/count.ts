import { oneOf } from '../../config/table/value-kind.ts'
import { isMembers, type Members } from '../../core/json/json.ts'
import { HISTOGRAM_INTERVALS, type HistogramInterval } from '../../core/query/query.ts'
import { clockOffsetMicros, findTimeZone, type TimeZone } from '../../core/time/time-zone.ts'
import { parseTimestamp } from '../../core/time/timestamp.ts'
import { CONNECTION_OPTIONS, findConnection } from '../client/connection-options.ts'
import { createClient, jsonOf } from '../client/server-client.ts'
import type { Call } from '../command.ts'
import { write } from '../command-io.ts'
import { defineCommand } from '../define-command.ts'
import type { Ending } from '../exit-code.ts'
import { FILTER_HELP, FILTER_OPTIONS, filterQuery } from '../options/filter-options.ts'
import { optionReader } from '../options/option-reader.ts'
import { memberColumn } from '../terminal/listing.ts'
import { grouped } from '../terminal/progress.ts'
import { paintFor } from '../terminal/terminal-style.ts'
import { type Column, textTable } from '../terminal/text-table.ts'

/** Longest bar, in characters, for the largest count. */
const BAR_LENGTH_MAX = 32

const { read, usage } = optionReader('count')

const OPTIONS = {
  interval: {
    type: 'text',
    short: 'i',
    placeholder: 'INTERVAL',
    description: 'Count by time: minute, hour, day, week or month',
  },
  'time-zone': {
    type: 'text',
    short: 'z',
    placeholder: 'ZONE',
    description: 'Time zone of the intervals, such as Europe/Berlin; default UTC',
  },
  by: {
    type: 'text',
    placeholder: 'FIELD',
    description:
      'With --interval, also by each value of a field: actor, action, category, namespace, ' +
      'repository, target, source, level, outcome or ip',
  },
  ...FILTER_OPTIONS,
  json: { type: 'switch', description: 'As JSON, one count per line' },
  ...CONNECTION_OPTIONS,
} as const

/** `waybill count`: the number of matching events, in total or by time. */
export const countCommand = defineCommand(
  {
    name: 'count',
    summary: 'Count events, in total or by time',
    operands: '[TEXT …]',
    description: `${FILTER_HELP}

Intervals follow the calendar: a week begins on Monday, and a day has 23 or 25 hours when the clocks
of its time zone change. Intervals without events are omitted. A plain date in --from or --to means
its first moment in UTC; for another time zone, give its offset: 2026-10-25T00:00:00+02:00.`,
    options: OPTIONS,
    operandCount: { min: 0, max: Number.POSITIVE_INFINITY },
    examples: [
      { line: 'waybill count --outcome denied --from 7d', does: 'a single number' },
      {
        line: 'waybill count --action image.push --interval week --time-zone Europe/Berlin',
        does: 'pushes per week',
      },
      {
        line: 'waybill count --interval day --by actor --from 7d --json',
        does: 'activity per actor and day, for scripts',
      },
    ],
  },
  count,
)

async function count({ options, operands, io }: Call<typeof OPTIONS>): Promise<Ending> {
  const query = filterQuery(options, operands)
  const intervals = readIntervals(options)
  const signal = io.interruption()
  const ask = createClient(findConnection(options, io.env))
  if (intervals === undefined) {
    const answer = await jsonOf(await ask({ path: 'v1/events/count', query, signal }))
    await write(io.stdout, `${options.json ? JSON.stringify(answer) : String(answer['count'])}\n`)
    return 'success'
  }
  query.set('interval', intervals.interval)
  if (options['time-zone'] !== undefined) query.set('timeZone', options['time-zone'])
  if (intervals.by !== undefined) query.set('by', intervals.by)
  const answer = await jsonOf(await ask({ path: 'v1/events/histogram', query, signal }))
  const { buckets } = answer
  const counts = Array.isArray(buckets) ? buckets.filter(isMembers) : []
  if (options.json) {
    for (const one of counts) await write(io.stdout, `${JSON.stringify(one)}\n`)
  } else if (counts.length === 0) {
    await write(io.stderr, 'no events match\n')
  } else {
    await write(
      io.stdout,
      textTable(counts, columnsOf(counts, intervals), paintFor(io.stdout, io.env)),
    )
  }
  return 'success'
}

interface Intervals {
  readonly interval: HistogramInterval
  readonly timeZone: TimeZone
  readonly by: string | undefined
}

/** Undefined for one total count. @throws CommandError `usage`. */
function readIntervals(options: {
  readonly interval: string | undefined
  readonly 'time-zone': string | undefined
  readonly by: string | undefined
}): Intervals | undefined {
  const { interval, 'time-zone': zone = 'UTC', by } = options
  if (interval === undefined) {
    const extra = (['time-zone', 'by'] as const).find((name) => options[name] !== undefined)
    if (extra !== undefined) throw usage(`--${extra}: only with --interval`)
    return undefined
  }
  const timeZone = findTimeZone(zone)
  if (timeZone === undefined) {
    throw usage(
      `--time-zone: expected a name of the IANA time zone database, such as Europe/Berlin; ` +
        `found ${JSON.stringify(zone)}`,
    )
  }
  return {
    interval: read('--interval', interval, oneOf('INTERVAL', HISTOGRAM_INTERVALS)),
    timeZone,
    by,
  }
}

function columnsOf(
  counts: readonly Members[],
  { interval, timeZone, by }: Intervals,
): readonly Column<Members>[] {
  const largest = counts.reduce((most, one) => Math.max(most, countOf(one)), 1)
  const width = Math.max(grouped(largest).length, 'EVENTS'.length)
  return [
    {
      title: interval.toUpperCase(),
      cell: ({ time }) => intervalText(String(time), interval, timeZone),
    },
    ...(by === undefined ? [] : [memberColumn(by.toUpperCase(), 'key')]),
    { title: 'EVENTS', cell: (one) => grouped(countOf(one)).padStart(width) },
    {
      title: '',
      cell: (one) => '#'.repeat(Math.ceil((countOf(one) / largest) * BAR_LENGTH_MAX)),
      color: (paint, _one, text) => paint('dim', text),
    },
  ]
}

function countOf(one: Members): number {
  return Number(one['count'])
}

/** The beginning of an interval in local time; for hours also the offset. */
function intervalText(time: string, interval: HistogramInterval, zone: TimeZone): string {
  const micros = parseTimestamp(time)
  if (micros === undefined) return time
  const offsetMs = clockOffsetMicros(zone, micros) / 1000
  const shown = new Date(micros / 1000 + offsetMs).toISOString()
  if (interval === 'month') return shown.slice(0, 'YYYY-MM'.length)
  if (interval === 'day' || interval === 'week') return shown.slice(0, 'YYYY-MM-DD'.length)
  const offset = new Date(Math.abs(offsetMs)).toISOString().slice(11, 16)
  // In autumn an hour occurs twice; only the offset distinguishes the two.
  return `${shown.slice(0, 16).replace('T', ' ')} ${offsetMs < 0 ? '-' : '+'}${offset}`
}
