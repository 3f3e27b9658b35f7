import { CommandError } from '../command-error.ts'
import { write } from '../command-io.ts'
import { defineCommand } from '../define-command.ts'
import { settingsOrRefused } from '../options/server-settings.ts'

/** `waybill recover`: replaces a lost administrator's token, key or journal, or adopts a copy. */
export const recoverCommand = defineCommand(
  {
    name: 'recover',
    summary: "Replace a lost administrator's token, key or journal, or go on with a copy",
    description: `Works on the data of a server that is stopped, by the rights of the user that
runs it, and is recorded in the ledger.

With --administrator-token the token that admin-token in the data directory holds, or held, is
revoked, and a new one is written there.

With --secret-key a new secret-key is made. What the old one sealed is lost: access keys are
deleted, and signed tokens (scopes api, api-readonly, security-logs), cursors and links to exports
that were given out are void. Restore the file from a backup if there is one.

With --journal the files of a journal that is damaged or missing are set aside, and the ledger goes
on behind the events of the store. Events that only the journal held, acknowledged in the last
seconds before a crash, are gone. A journal that can be read is left as it is.

With --signing-key a new key signs the checkpoints of the ledger, because ledger/signing-keys in the
data directory is lost. Those who check the ledger need the new verifier key.

With --copy a data directory that was copied or restored from a backup goes on in place of the
original, which must never run again: two that go on sign two histories. Without it a copy can be
read, and takes no events. A copy that is older than the checkpoint that was signed last is refused.

Other servers on the same store have to be restarted afterwards; they need the new secret-key.`,
    options: {
      'administrator-token': { type: 'switch', description: 'Replace the token of admin-token' },
      'secret-key': { type: 'switch', description: 'Replace the key of secret-key' },
      journal: { type: 'switch', description: 'Go on without the journal' },
      'signing-key': {
        type: 'switch',
        description: 'Replace the lost keys of ledger/signing-keys',
      },
      copy: { type: 'switch', description: 'Go on with a data directory that is a copy' },
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
    const { data, store, config, ...lostThings } = options
    const [lost, ...more] = LOST_THINGS.filter((name) => lostThings[name])
    if (lost === undefined || more.length > 0) {
      const message = `expected one of ${LOST_THINGS.map((name) => `--${name}`).join(', ')}`
      throw new CommandError(message, { ending: 'usage', hint: 'waybill recover --help' })
    }
    const settings = settingsOrRefused({ data, store, config }, io.env, parts.collectors)
    const done = await parts.recover(settings, lost)
    await write(io.stdout, done.map((line) => `${line}\n`).join(''))
    return 'success'
  },
)

const LOST_THINGS = ['administrator-token', 'secret-key', 'journal', 'signing-key', 'copy'] as const
