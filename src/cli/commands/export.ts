import { createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import { EXPORT_FORMATS } from '../../core/query/query.ts'
import { CONNECTION_OPTIONS, findConnection } from '../client/connection-options.ts'
import { ARCHIVE_ENDING, unpackEvidence } from '../client/evidence-archive.ts'
import { createClient, wholeBody } from '../client/server-client.ts'
import type { Call } from '../command.ts'
import { CommandError, OutputClosed } from '../command-error.ts'
import { type Output, write } from '../command-io.ts'
import { defineCommand } from '../define-command.ts'
import type { Ending } from '../exit-code.ts'
import { FILTER_HELP, FILTER_OPTIONS, filterQuery } from '../options/filter-options.ts'
import { fileError } from '../terminal/file-error.ts'
import { byteSize, createProgress } from '../terminal/progress.ts'

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
    placeholder: 'PATH',
    description: 'Write the events with their proofs to a new folder, or to an archive FILE.tar',
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

With --proof, \`waybill verify PATH\` and other clients of C2SP tlog-tiles can prove without the
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
      { line: 'waybill export --namespace team --proof team.tar', does: 'the same in one file' },
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
  const file = proof ?? (options.output === '-' ? undefined : options.output)
  if (file === undefined && format === 'parquet' && io.stdout.isTTY === true) {
    throw new CommandError('parquet cannot be shown on a terminal: write to a file with --output', {
      ending: 'usage',
    })
  }
  const query = filterQuery(options, operands)
  query.set('format', format)
  if (options.bom) query.set('bom', 'true')
  if (proof !== undefined) query.set('proof', '1')
  const signal = io.interruption()
  const connection = findConnection(options, io.env)
  const ask = createClient(connection)
  const answer = await ask({ path: 'v1/events/export', query, signal })
  const document = wholeBody(answer, connection, signal)
  if (file === undefined) {
    for await (const chunk of document) await writeBytes(io.stdout, chunk)
    return 'success'
  }
  const isFolder = proof !== undefined && !proof.endsWith(ARCHIVE_ENDING)
  const progress = createProgress(
    io.stderr,
    (bytes, rate) => `${byteSize(bytes)}, ${byteSize(Math.round(rate))}/s`,
  )
  let bytes = 0
  const counted = countedBytes(document, (count) => {
    bytes = count
    progress.update(count)
  })
  await (isFolder ? writeFolder(file, counted) : writeFile(file, counted)).finally(() =>
    progress.clear(),
  )
  await write(io.stderr, `wrote ${file}, ${byteSize(bytes)}\n`)
  return 'success'
}

async function* countedBytes(
  document: AsyncIterable<Uint8Array>,
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of document) {
    yield chunk
    bytes += chunk.length
    onBytes(bytes)
  }
}

async function writeFolder(folder: string, archive: AsyncIterable<Uint8Array>): Promise<void> {
  await unpackEvidence(archive, folder).catch((error: unknown) => {
    throw fileError(folder, error)
  })
}

/** Writes to FILE.part, syncs it to disk, then renames it. Leaves no file behind on failure. */
async function writeFile(file: string, document: AsyncIterable<Uint8Array>): Promise<void> {
  const part = `${file}.part`
  const handle = await open(part, 'w').catch((error: unknown) => {
    throw fileError(part, error)
  })
  try {
    const output = createWriteStream(part, { fd: handle.fd, autoClose: false })
    const written = finished(output)
    written.catch(() => undefined)
    for await (const chunk of document) await writeBytes(output, chunk)
    output.end()
    await written
    await handle.sync()
    await handle.close()
    await rename(part, file)
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
