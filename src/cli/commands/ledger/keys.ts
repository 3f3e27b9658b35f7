import { CONNECTION_OPTIONS, findConnection } from '../../client/connection-options.ts'
import { createClient, jsonOf } from '../../client/server-client.ts'
import { write } from '../../command-io.ts'
import { defineCommand } from '../../define-command.ts'

/** `waybill ledger add-key`: the first step of replacing the signing key. */
export const ledgerAddKeyCommand = defineCommand(
  {
    name: 'ledger add-key',
    summary: 'Sign checkpoints with a new key as well as the current one',
    description: `The first step of replacing a key: checkpoints carry signatures of both keys, so
that users who trust the old key can accept the new one. The second step is
\`waybill ledger retire-keys\`. Prints the verifier keys, newest last. Both steps are recorded.`,
    options: CONNECTION_OPTIONS,
    examples: [{ line: 'waybill ledger add-key', does: 'creates a key and signs with it too' }],
  },
  async ({ options, io }) => {
    const ask = createClient(findConnection(options, io.env))
    await write(io.stdout, keyLines(await jsonOf(await ask({ method: 'POST', path: KEYS }))))
    return 'success'
  },
)

/** `waybill ledger retire-keys`: the second step of replacing the signing key. */
export const ledgerRetireKeysCommand = defineCommand(
  {
    name: 'ledger retire-keys',
    summary: 'Sign checkpoints only with the newest key',
    description: 'Run it once all users who verify the ledger have the newest key.',
    options: CONNECTION_OPTIONS,
    examples: [{ line: 'waybill ledger retire-keys', does: 'stops signing with the old keys' }],
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
