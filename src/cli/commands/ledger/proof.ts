import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { CONNECTION_OPTIONS, findConnection } from '../../client/connection-options.ts'
import { createClient } from '../../client/server-client.ts'
import { writeWhole } from '../../client/tile-download.ts'
import { write } from '../../command-io.ts'
import { defineCommand } from '../../define-command.ts'
import { fileError } from '../../terminal/file-error.ts'

/** `waybill proof`: one event and its proof, as files. */
export const proofCommand = defineCommand(
  {
    name: 'proof',
    summary: 'Write an event and the proof that it is in the ledger to files',
    operands: 'EVENT_ID',
    description: `Writes EVENT_ID.json, the entry of the event byte for byte as it is hashed, and
EVENT_ID.tlog-proof, its C2SP tlog-proof with a signed checkpoint. \`waybill verify\` and other
programs verify them without the server.`,
    options: {
      output: {
        type: 'text',
        short: 'o',
        placeholder: 'FOLDER',
        description: 'Folder of the files (default: the current one)',
      },
      ...CONNECTION_OPTIONS,
    },
    operandCount: { min: 1, max: 1 },
    examples: [
      {
        line: 'waybill proof 0198c2f4-6d1c-7a3e-9b55-0d7f4a1c2e90 --output ./evidence',
        does: 'for an auditor',
      },
    ],
  },
  async ({ options, operands, io }) => {
    const [id = ''] = operands
    const { output: folder = '.' } = options
    const signal = io.interruption()
    const ask = createClient(findConnection(options, io.env))
    const bytesAt = async (name: string) => {
      const answer = await ask({ path: `v1/events/${encodeURIComponent(id)}/${name}`, signal })
      return new Uint8Array(await answer.arrayBuffer())
    }
    const entry = await bytesAt('entry')
    // The server waits for a checkpoint that covers the event.
    const proof = await bytesAt('proof')
    const file = join(folder, id.toLowerCase())
    try {
      await mkdir(folder, { recursive: true })
      await writeWhole(`${file}.json`, entry)
      await writeWhole(`${file}.tlog-proof`, proof)
    } catch (error) {
      throw fileError(folder, error)
    }
    await write(io.stdout, `${file}.json\n${file}.tlog-proof\n`)
    return 'success'
  },
)
