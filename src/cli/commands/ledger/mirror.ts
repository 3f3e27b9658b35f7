import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseCheckpoint } from '../../../ledger/checkpoint/checkpoint.ts'
import { CONNECTION_OPTIONS, findConnection } from '../../client/connection-options.ts'
import {
  type StampedCheckpoint,
  stampedCheckpoint,
  TIME_STAMP_FILE,
} from '../../client/ledger/time-stamps.ts'
import { readCheckpointFile } from '../../client/ledger-trust.ts'
import { type Ask, createClient } from '../../client/server-client.ts'
import { allTiles, downloadTiles, OWN_LEDGER_PATH, writeWhole } from '../../client/tile-download.ts'
import { CommandError } from '../../command-error.ts'
import { write } from '../../command-io.ts'
import { defineCommand } from '../../define-command.ts'
import { fileError } from '../../terminal/file-error.ts'
import { createProgress, grouped } from '../../terminal/progress.ts'

/** `waybill ledger mirror`: a copy of the ledger that other tools can verify. */
export const ledgerMirrorCommand = defineCommand(
  {
    name: 'ledger mirror',
    summary: 'Copy the checkpoint, tiles and entries of the ledger to a folder',
    operands: 'FOLDER',
    description: `Writes the files of C2SP tlog-tiles: checkpoint, key, tile/… . Verifiers
read them from the folder, or from any web server that serves it. Another run adds new files; the
checkpoint is replaced last, so the folder is consistent at any time.

The entries are the events of all tenants, so they need the token of an administrator of the
installation. With --hashes-only the folder proves the same without the contents of events.`,
    options: {
      witnessed: {
        type: 'switch',
        description: 'Up to the latest checkpoint that enough witnesses cosigned',
      },
      stamped: {
        type: 'switch',
        description: 'Up to the latest checkpoint that has a time stamp, with the time stamp',
      },
      origin: {
        type: 'text',
        placeholder: 'ORIGIN',
        description: 'The ledger of another origin of the store, such as a predecessor',
      },
      'hashes-only': { type: 'switch', description: 'Do not copy the entries' },
      ...CONNECTION_OPTIONS,
    },
    operandCount: { min: 1, max: 1 },
    examples: [{ line: 'waybill ledger mirror /var/www/ledger', does: 'for a web server' }],
  },
  async ({ options, operands, io }) => {
    const [folder = ''] = operands
    const signal = io.interruption()
    const ask = createClient(findConnection(options, io.env))
    const textAt = async (path: string) => await (await ask({ path, signal })).text()
    const { origin } = options
    if (origin !== undefined && (options.stamped || options.witnessed)) {
      const message = '--stamped and --witnessed are for the ledger of the server itself'
      throw new CommandError(message, { ending: 'usage', hint: 'waybill ledger mirror --help' })
    }
    const ledgerPath =
      origin === undefined ? OWN_LEDGER_PATH : `v1/ledgers/${encodeURIComponent(origin)}`
    const stamped = options.stamped ? await requireStamped(ask) : undefined
    const latest = `${ledgerPath}/checkpoint`
    const text =
      stamped?.checkpoint.text ?? (await textAt(options.witnessed ? `${latest}/witnessed` : latest))
    const key = await textAt(`${ledgerPath}/key`)
    const { size } = parseCheckpoint(text)
    await requireGrowth(folder, size)
    const progress = createProgress(io.stderr, (count) => `${grouped(count)} tiles`)
    try {
      const onTiles = (count: number) => progress.update(count)
      const names = allTiles(size, !options['hashes-only'])
      const count = await downloadTiles(names, { ask, folder, ledgerPath, signal, onTiles })
      await writeWhole(join(folder, 'key'), key)
      // One of another checkpoint says nothing of this one.
      await rm(join(folder, TIME_STAMP_FILE), { force: true })
      await writeWhole(join(folder, 'checkpoint'), text)
      if (stamped !== undefined) await writeWhole(join(folder, TIME_STAMP_FILE), stamped.reply)
      progress.clear()
      await write(io.stdout, `${folder}: ${grouped(size)} events, ${grouped(count)} tiles\n`)
    } catch (error) {
      progress.clear()
      throw fileError(folder, error)
    }
    return 'success'
  },
)

async function requireStamped(ask: Ask): Promise<StampedCheckpoint> {
  const stamped = await stampedCheckpoint(ask)
  if (stamped !== undefined) return stamped
  throw new CommandError('no checkpoint has a time stamp', {
    ending: 'failure',
    hint: 'set ledger.timeStampUrl on the server, and wait for the first one',
  })
}

/** A mirror that got smaller would contradict itself; a witnessed checkpoint may be older. */
async function requireGrowth(folder: string, size: number): Promise<void> {
  const file = join(folder, 'checkpoint')
  const mirrored = existsSync(file) ? (await readCheckpointFile(file)).size : 0
  if (mirrored <= size) return
  throw new CommandError(`${folder} has ${mirrored} events already, which are more than ${size}`, {
    ending: 'failure',
  })
}
