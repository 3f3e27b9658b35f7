import { createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { EXPORT_FORMATS } from '../../core/query/query.ts'
import { EVENTS_FILE } from '../../ledger/verification/verify-folder.ts'
import { CONNECTION_OPTIONS, findConnection } from '../client/connection-options.ts'
import { writeProofs } from '../client/evidence-folder.ts'
import { createClient, wholeBody } from '../client/server-client.ts'
import type { Call } from '../command.ts'
import { CommandError, OutputClosed } from '../command-error.ts'
import { type Output, write } from '../command-io.ts'
import { defineCommand } from '../define-command.ts'
import type { Ending } from '../exit-code.ts'
import { FILTER_HELP, FILTER_OPTIONS, filterQuery } from '../options/filter-options.ts'
import { fileError } from '../terminal/file-error.ts'
import { byteSize, createProgress, grouped } from '../terminal/progress.ts'

const OPTIONS = {
  format: {
    type: 'text',
    short: 'f',
    placeholder: 'FORMAT',
    description: `${EXPORT_FORMATS.join(', ')}; default ${EXPORT_FORMATS[0]}`,
  },
  bom: {
    type: 'switch',
    description: 'Begin CSV with a byte-order mark, so that spreadsheets recognize UTF-8',
  },
  output: {
    type: 'text',
    short: 'o',
    placeholder: 'FILE',
    description: 'File to write or replace; default, or -, is standard output',
  },
  proof: {
    type: 'text',
    placeholder: 'FOLDER',
    description: 'Write the events as NDJSON to FOLDER, with their proofs',
  },
  ...FILTER_OPTIONS,
  ...CONNECTION_OPTIONS,
} as const

/** `waybill export`: all matching events as one document. */
export const exportCommand = defineCommand(
  {
    name: 'export',
    summary: 'Write every matching event to a file',
    operands: '[TEXT …]',
    description: `${FILTER_HELP}

With --proof, \`waybill verify FOLDER\` and other clients of C2SP tlog-tiles can prove without the
server that every event is in the signed ledger. The token must be allowed to read the ledger
(scope ledger:read) and the events.

Events are written oldest first. A file gets its name only once it is complete and on disk; until
then it is called FILE.part.`,
    options: OPTIONS,
    operandCount: { min: 0, max: Number.POSITIVE_INFINITY },
    examples: [
      { line: 'waybill export --output events.ndjson', does: 'everything' },
      {
        line: 'waybill export --from 2026-10-01 --to 2026-11-01 --format csv --output october.csv',
        does: 'one month',
      },
      {
        line: 'waybill export --format csv --bom --output for-a-spreadsheet.csv',
        does: 'keeps non-ASCII characters in spreadsheets',
      },
      { line: 'waybill export --namespace team --proof ./evidence', does: 'for an auditor' },
      { line: 'waybill export --namespace team | gzip > team.ndjson.gz', does: 'through a pipe' },
    ],
  },
  exportEvents,
)

async function exportEvents(call: Call<typeof OPTIONS>): Promise<Ending> {
  const { options, operands, io } = call
  const format = EXPORT_FORMATS.find((name) => name === (options.format ?? EXPORT_FORMATS[0]))
  if (format === undefined) {
    throw new CommandError(`--format: expected one of ${EXPORT_FORMATS.join(', ')}`, {
      ending: 'usage',
    })
  }
  const { proof } = options
  if (proof !== undefined && (format !== 'ndjson' || options.output !== undefined)) {
    throw new CommandError('--proof: not with --output or another format', { ending: 'usage' })
  }
  if (options.bom && format !== 'csv') {
    throw new CommandError('--bom: only with --format csv', { ending: 'usage' })
  }
  const named = options.output === '-' ? undefined : options.output
  const file = proof === undefined ? named : join(proof, EVENTS_FILE)
  if (file === undefined && format === 'parquet' && io.stdout.isTTY === true) {
    throw new CommandError('parquet cannot be shown on a terminal: write to a file with --output', {
      ending: 'usage',
    })
  }
  const query = filterQuery(options, operands)
  query.set('format', format)
  if (options.bom) query.set('bom', 'true')
  const signal = io.interruption()
  const connection = findConnection(options, io.env)
  const ask = createClient(connection)
  const answer = await ask({ path: 'v1/events/export', query, signal })
  const document = wholeBody(answer, connection, signal)
  if (file === undefined) {
    for await (const chunk of document) await writeBytes(io.stdout, chunk)
    return 'success'
  }
  if (proof !== undefined) await makeFolder(proof)
  const progress = createProgress(
    io.stderr,
    (bytes, rate) => `${byteSize(bytes)}, ${byteSize(Math.round(rate))}/s`,
  )
  const bytes = await writeFile(file, document, (count) => progress.update(count)).finally(() =>
    progress.clear(),
  )
  await write(io.stderr, `wrote ${file}, ${byteSize(bytes)}\n`)
  if (proof !== undefined) {
    const size = await writeProofs(proof, ask, signal)
    await write(io.stderr, `proven by the checkpoint of ${grouped(size)} events in ${proof}\n`)
  }
  return 'success'
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw fileError(folder, error)
  })
}

/** Writes to FILE.part, syncs it to disk, then renames it. Leaves no file behind on failure. */
async function writeFile(
  file: string,
  document: AsyncIterable<Uint8Array>,
  onBytes: (count: number) => void,
): Promise<number> {
  const part = `${file}.part`
  const handle = await open(part, 'w').catch((error: unknown) => {
    throw fileError(part, error)
  })
  try {
    const output = createWriteStream(part, { fd: handle.fd, autoClose: false })
    const written = finished(output)
    written.catch(() => undefined)
    let bytes = 0
    for await (const chunk of document) {
      await writeBytes(output, chunk)
      bytes += chunk.length
      onBytes(bytes)
    }
    output.end()
    await written
    await handle.sync()
    await handle.close()
    await rename(part, file)
    return bytes
  } catch (error) {
    await handle.close().catch(() => undefined)
    await rm(part, { force: true })
    throw fileError(part, error)
  }
}

/** @throws OutputClosed when the reader is gone; the file's own error when the disk fails. */
async function writeBytes(output: Output, chunk: Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    output.write(chunk, (error) => {
      if (error === null || error === undefined) resolve()
      else reject('code' in error && error.code === 'EPIPE' ? new OutputClosed() : error)
    })
  })
}
