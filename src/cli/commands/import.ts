import { calendarDay, plainName } from '../../config/table/value-kind.ts'
import {
  ImportError,
  type Importer,
  type ImportReport,
  type ImportRequest,
  type ImportTotals,
} from '../../dialects/collecting/importer.ts'
import { serverSink } from '../client/collector-sink.ts'
import { CONNECTION_OPTIONS, findConnection } from '../client/connection-options.ts'
import { retrying } from '../client/retrying.ts'
import { createClient } from '../client/server-client.ts'
import type { Call } from '../command.ts'
import { CommandError } from '../command-error.ts'
import { type CommandIo, write } from '../command-io.ts'
import { defineCommand } from '../define-command.ts'
import type { Ending } from '../exit-code.ts'
import { optionReader } from '../options/option-reader.ts'
import { plainLine } from '../terminal/plain-line.ts'
import { createProgress, grouped } from '../terminal/progress.ts'
import { spokenDuration } from '../terminal/spoken-duration.ts'
import { storedText } from '../terminal/stored-text.ts'

const NAME_DEFAULT = 'quay'
const NAME_LENGTH_MAX = 64
/** Attempts at one request: about twenty minutes, since imports run unattended. */
const ATTEMPTS_MAX = 45
/** Share of the work below which the remaining time cannot be estimated. */
const SHARE_SHOWN_MIN = 0.005

const { read, usage } = optionReader('import quay')

const OPTIONS = {
  database: {
    type: 'text',
    placeholder: 'URL',
    description: "Quay's PostgreSQL, postgres://USER@HOST/DATABASE; password in PGPASSWORD",
  },
  archive: {
    type: 'texts',
    placeholder: 'FILE',
    description: 'Import this log rotation archive; further files may follow as operands',
  },
  names: {
    type: 'text',
    placeholder: 'FILE',
    description: 'JSON file with the names for the ids in archives; default is --database',
  },
  name: {
    type: 'text',
    placeholder: 'NAME',
    description: `Name of this Quay in its events; default ${NAME_DEFAULT}`,
  },
  tenant: {
    type: 'text',
    placeholder: 'TENANT',
    description: "Tenant of the events; default is the token's",
  },
  since: {
    type: 'text',
    placeholder: 'YYYY-MM-DD',
    description: 'First day to import (UTC)',
  },
  until: {
    type: 'text',
    placeholder: 'YYYY-MM-DD',
    description: 'End before this day (UTC), the first one of `waybill collect quay`',
  },
  quiet: { type: 'switch', short: 'q', description: 'Print nothing on success' },
  ...CONNECTION_OPTIONS,
} as const

type Options = Call<typeof OPTIONS>['options']

/** `waybill import quay`: the logs of a Quay from its database and archives. */
export const importQuayCommand = defineCommand(
  {
    name: 'import quay',
    summary: "Import the usage logs of a Quay's database or archives",
    operands: '[FILE …]',
    description: `Reads logentry, logentry2 and logentry3 of a Quay's PostgreSQL, or, with
--archive, the files that its log rotation wrote. It never writes there.

The server remembers the progress under the name of the Quay: the same command continues where the
last one stopped or failed, and later adds new rows. No row is stored twice. Events that \`waybill
collect quay\` reads over the API would be stored again, so use --until to separate the days.

Every row becomes an event. Metadata that is not a JSON object, or too large for an event, is kept
as text, and anything that is not a row as a dead letter; both are counted. A damaged file does not
stop the import: the rows before the damage and all other files are stored, and the command fails.`,
    options: OPTIONS,
    operandCount: { min: 0, max: Number.POSITIVE_INFINITY },
    examples: [
      {
        line: 'PGPASSWORD=… waybill import quay --database postgres://quay@db.example.com/quay',
        does: 'everything',
      },
      {
        line:
          'waybill import quay --database postgres://quay@db.example.com/quay ' +
          '--until 2026-11-01',
        does: 'the days before a collector began',
      },
      {
        line: 'waybill import quay --names names.json --archive *-logentry3.txt.gz',
        does: 'archives',
      },
    ],
  },
  importQuay,
)

async function importQuay(call: Call<typeof OPTIONS>): Promise<Ending> {
  const { options, io, parts } = call
  const request = readOptions(call)
  const importer = await opened(() => parts.openImporter(request))
  const { totals, summary } = await run(importer, request, { options, io })
  if (!options.quiet) await write(io.stdout, `${summary}\n`)
  const notes = notesOf(totals)
  if (notes !== '') await write(io.stderr, notes)
  if (totals.damages.length > 0) throw damaged(totals.damages)
  return 'success'
}

/** All other files were read, so the damage is reported once, at the end. */
function damaged(damages: readonly string[]): CommandError {
  return new CommandError(damages.map(plainLine).join('\n'), {
    ending: 'failure',
    hint:
      'everything else is stored; replace each damaged file with a good copy and run the same ' +
      "command again, or import the Quay's database with --database",
  })
}

function readOptions({ options, operands }: Call<typeof OPTIONS>): ImportRequest {
  const { database, archive, names, tenant, since, until } = options
  if (operands.length > 0 && archive.length === 0) {
    throw usage(`unexpected argument ${JSON.stringify(operands[0])}: files follow --archive`)
  }
  if (database === undefined && archive.length === 0) {
    throw usage('nothing to import: expected --database or --archive')
  }
  if (names !== undefined && archive.length === 0) {
    throw usage('--names is only for --archive: a database contains the names')
  }
  const fromMicros = since === undefined ? undefined : microsOf('--since', since)
  const toMicros = until === undefined ? undefined : microsOf('--until', until)
  if (fromMicros !== undefined && toMicros !== undefined && fromMicros >= toMicros) {
    throw usage('--until: expected a day after --since')
  }
  return {
    name: read('--name', options.name ?? NAME_DEFAULT, plainName(NAME_LENGTH_MAX)),
    tenant,
    database,
    archives: [...archive, ...operands],
    namesFile: names,
    fromMicros,
    toMicros,
  }
}

async function run(
  importer: Importer,
  request: ImportRequest,
  { options, io }: { readonly options: Options; readonly io: CommandIo },
): Promise<{ readonly totals: ImportTotals; readonly summary: string }> {
  const signal = io.interruption()
  let last: ImportReport | undefined
  const startedMs = performance.now()
  const progress = createProgress(io.stderr, (events, rate) =>
    [last?.at, `${grouped(events)} events`, `${grouped(rate)}/s`, shareText(last, startedMs)]
      .filter(Boolean)
      .join(', '),
  )
  const warn = (message: string) => {
    progress.clear()
    io.stderr.write(`${plainLine(message)}\n`)
  }
  const ask = retrying(createClient(findConnection(options, io.env)), {
    attemptsMax: ATTEMPTS_MAX,
    wasReached: () => last !== undefined,
    onWait: warn,
  })
  // A collector of the same Quay has a separate position under `quay`.
  const kind = `${importer.kind}-import`
  try {
    const totals = await importer.import({
      sink: serverSink({ ask, kind, name: importer.name, tenant: request.tenant, signal }),
      signal,
      warn,
      report(report) {
        last = report
        progress.update(report.accepted + report.duplicates)
      },
    })
    progress.clear()
    const count = totals.accepted + totals.duplicates
    return { totals, summary: summaryOf(totals, progress.rate(count)) }
  } catch (error) {
    progress.clear()
    throw explained(error, last, signal)
  }
}

/** For example, `34.5 %, 12 min left`. */
function shareText(report: ImportReport | undefined, startedMs: number): string {
  const share = report?.share
  if (share === undefined) return ''
  const percent = `${(share * 100).toFixed(1)} %`
  if (share < SHARE_SHOWN_MIN) return percent
  const leftMs = ((performance.now() - startedMs) * (1 - share)) / share
  return `${percent}, ${spokenDuration(leftMs)} left`
}

async function opened(open: () => Promise<Importer>): Promise<Importer> {
  try {
    return await open()
  } catch (error) {
    if (!(error instanceof ImportError)) throw error
    throw new CommandError(error.message, { ending: 'usage', cause: error })
  }
}

function explained(
  error: unknown,
  last: ImportReport | undefined,
  signal: AbortSignal,
): CommandError | unknown {
  const count = (last?.accepted ?? 0) + (last?.duplicates ?? 0)
  const stored = `${grouped(count)} events are stored; run the same command again to continue`
  if (signal.aborted) {
    return new CommandError('interrupted', { ending: 'interrupted', cause: error, hint: stored })
  }
  if (!(error instanceof ImportError) && !(error instanceof CommandError)) return error
  const hints = [error.hint, count > 0 ? stored : undefined].filter((hint) => hint !== undefined)
  const hint = hints.length === 0 ? {} : { hint: hints.join('; ') }
  const ending = error instanceof CommandError ? error.ending : 'failure'
  return new CommandError(plainLine(error.message), { ending, cause: error, ...hint })
}

function summaryOf({ accepted, duplicates, skipped }: ImportTotals, rate: number): string {
  if (accepted + duplicates + skipped === 0) return 'nothing new to import'
  const left = skipped === 0 ? '' : `, ${grouped(skipped)} rows skipped by date or imported before`
  return `${storedText({ accepted, duplicates })}${left}, ${grouped(rate)}/s`
}

/** Notes about rows that could not be kept as they are. */
function notesOf(totals: ImportTotals): string {
  const lines = [
    [totals.keptAsText, 'metadata kept as text (details.json), since an event cannot hold it'],
    [totals.cut, 'only the beginning of the metadata kept, since it is too large for an event'],
    [totals.untimed, 'unreadable time (details.asSent) replaced with the time of the import'],
    [totals.addressesAsSent, 'address is not an IP address; kept in details.asSent'],
    [totals.deadLetters, 'not a log row; see waybill search --action source.dead-letter'],
  ] as const
  return lines
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count === 1 ? '1 event' : `${grouped(count)} events`}: ${what}\n`)
    .join('')
}

function microsOf(option: string, day: string): number {
  return Date.parse(`${read(option, day, calendarDay)}T00:00:00Z`) * 1000
}
