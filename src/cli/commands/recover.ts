import { CommandError } from '../command-error.ts'
import { write } from '../command-io.ts'
import { defineCommand } from '../define-command.ts'
import { settingsOrRefused } from '../server-settings.ts'

/** `waybill recover`: makes up for a lost administrator's token or secret key. */
export const recoverCommand = defineCommand(
  {
    name: 'recover',
    summary: "Replace a lost administrator's token or secret key",
    description: `Works on the data of a server that is stopped, by the rights of the user that
runs it, and is recorded in the ledger.

With --administrator-token the token that admin-token in the data directory holds, or held, is
revoked, and a new one is written there.

With --secret-key a new secret-key is made. What the old one sealed is lost: access keys are
deleted, and signed tokens (scopes api, api-readonly, security-logs), cursors and links to exports
that were given out are void. Restore the file from a backup if there is one.

Other servers on the same store have to be restarted afterwards; they need the new secret-key.`,
    options: {
      'administrator-token': { type: 'switch', description: 'Replace the token of admin-token' },
      'secret-key': { type: 'switch', description: 'Replace the key of secret-key' },
      data: { type: 'text', placeholder: 'DIR', description: 'Data directory, as of the server' },
      store: { type: 'text', placeholder: 'URL', description: 'Store, as of the server' },
      config: {
        type: 'text',
        placeholder: 'FILE',
        description: 'Configuration file of the server',
      },
    },
    examples: [
      {
        line: 'waybill recover --administrator-token --data /var/lib/waybill',
        does: 'when the token is lost',
      },
    ],
  },
  async ({ options, io, parts }) => {
    const { 'administrator-token': token, 'secret-key': key, ...flags } = options
    if (token === key) {
      const message = 'expected one of --administrator-token and --secret-key'
      throw new CommandError(message, { ending: 'usage', hint: 'waybill recover --help' })
    }
    const settings = settingsOrRefused(flags, io.env)
    const done = await parts.recover(settings, token ? 'administrator-token' : 'secret-key')
    await write(io.stdout, done.map((line) => `${line}\n`).join(''))
    return 'success'
  },
)
