import { join } from 'node:path'
import { parseCheckpoint } from '../../../ledger/checkpoint/checkpoint.ts'
import { CONNECTION_OPTIONS, findConnection } from '../../client/connection-options.ts'
import { createClient } from '../../client/server-client.ts'
import { allTiles, downloadTiles, writeWhole } from '../../client/tile-download.ts'
import { write } from '../../command-io.ts'
import { defineCommand } from '../../define-command.ts'
import { fileError } from '../../terminal/file-error.ts'
import { createProgress, grouped } from '../../terminal/progress.ts'

/** `waybill ledger mirror`: a copy of the ledger that other people's tools can check. */
export const ledgerMirrorCommand = defineCommand(
  {
    name: 'ledger mirror',
    summary: 'Copy checkpoint, tiles and entries of the ledger into a folder',
    operands: 'FOLDER',
    description: `Writes the files of C2SP tlog-tiles: checkpoint, key, tile/… . Checkers read
them from the folder, or from any web server that offers it. Run again it adds what is new; the
checkpoint is replaced last, so that the folder is whole at any time.

The entries are the events of all tenants: they take a token of an administrator of the
installation. With --hashes-only the folder proves the same, and shows nothing of the events.`,
    options: {
      'hashes-only': { type: 'switch', description: 'Leave the entries out' },
      ...CONNECTION_OPTIONS,
    },
    operandCount: { min: 1, max: 1 },
    examples: [{ line: 'waybill ledger mirror /var/www/ledger', does: 'a folder to be served' }],
  },
  async ({ options, operands, io }) => {
    const [folder = ''] = operands
    const signal = io.interruption()
    const ask = createClient(findConnection(options, io.env))
    const textAt = async (path: string) => await (await ask({ path, signal })).text()
    const text = await textAt('v1/ledger/checkpoint')
    const key = await textAt('v1/ledger/key')
    const { size } = parseCheckpoint(text)
    const progress = createProgress(io.stderr, (count) => `${grouped(count)} tiles`)
    try {
      const onTiles = (count: number) => progress.update(count)
      const names = allTiles(size, !options['hashes-only'])
      const count = await downloadTiles(names, { ask, folder, signal, onTiles })
      await writeWhole(join(folder, 'key'), key)
      await writeWhole(join(folder, 'checkpoint'), text)
      progress.clear()
      await write(io.stdout, `${folder}: ${grouped(size)} events, ${grouped(count)} tiles\n`)
    } catch (error) {
      progress.clear()
      throw fileError(folder, error)
    }
    return 'success'
  },
)
