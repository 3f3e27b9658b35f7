import { CONNECTION_OPTIONS, findConnection } from '../../client/connection-options.ts'
import { createClient, jsonOf } from '../../client/server-client.ts'
import { write } from '../../command-io.ts'
import { defineCommand } from '../../define-command.ts'

/** `waybill ledger add-key`: the first step of replacing the key that signs. */
export const ledgerAddKeyCommand = defineCommand(
  {
    name: 'ledger add-key',
    summary: 'Sign checkpoints with a new key, next to the present one',
    description: `The first step of replacing a key: checkpoints carry the signatures of both, so
that those who know the old key learn to trust the new one. \`waybill ledger retire-keys\` is
the second. Prints the verifier keys, the newest last. Both steps are events of the ledger.`,
    options: CONNECTION_OPTIONS,
    examples: [{ line: 'waybill ledger add-key', does: 'makes a key and signs with it too' }],
  },
  async ({ options, io }) => {
    const ask = createClient(findConnection(options, io.env))
    await write(io.stdout, keyLines(await jsonOf(await ask({ method: 'POST', path: KEYS }))))
    return 'success'
  },
)

/** `waybill ledger retire-keys`: the second step of replacing the key that signs. */
export const ledgerRetireKeysCommand = defineCommand(
  {
    name: 'ledger retire-keys',
    summary: 'Sign checkpoints with the newest key alone',
    description: 'Run it when everyone who checks the ledger has the newest key.',
    options: CONNECTION_OPTIONS,
    examples: [{ line: 'waybill ledger retire-keys', does: 'the old keys sign no more' }],
  },
  async ({ options, io }) => {
    const ask = createClient(findConnection(options, io.env))
    const answer = await ask({ method: 'DELETE', path: `${KEYS}/old` })
    await write(io.stdout, keyLines(await jsonOf(answer)))
    return 'success'
  },
)

const KEYS = 'v1/ledger/keys'

function keyLines({ verifierKeys }: Readonly<Record<string, unknown>>): string {
  const keys = Array.isArray(verifierKeys) ? verifierKeys : []
  return keys.map((key) => `${String(key)}\n`).join('')
}
