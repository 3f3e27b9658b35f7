import { CommandError } from '../command-error.ts'
import { write } from '../command-io.ts'
import { defineCommand } from '../define-command.ts'
import { settingsOrRefused } from '../options/server-settings.ts'

/** `waybill recover`: replaces a lost administrator's token, key or journal, or adopts a copy. */
export const recoverCommand = defineCommand(
  {
    name: 'recover',
    summary: "Replace a lost administrator's token, key or journal, or activate a copy",
    description: `Works on the data of a stopped server, with the permissions of the user that
runs it. The recovery is recorded in the ledger.

--administrator-token revokes the token in the file admin-token of the data directory, even if the
file is lost, and writes a new one.

--secret-key creates a new secret-key. Everything encrypted with the old one is lost: access keys
are deleted, and signed tokens (scopes api, api-readonly, security-logs), cursors and export links
become invalid. Restore the file from a backup if there is one.

--journal moves the files of a damaged or missing journal aside, and the ledger continues after the
events in the store. Events that were only in the journal, acknowledged in the last seconds before a
crash, are lost. A readable journal is left unchanged.

--signing-key replaces lost keys in ledger/signing-keys of the data directory, which sign the
checkpoints of the ledger. Users who verify the ledger need the new verifier key.

--copy activates a data directory that was copied or restored from a backup. The original must never
run again, because both would sign different histories. Without --copy, a copy is read-only. A copy
that is older than the last signed checkpoint is rejected.

--successor begins a new ledger under another name on such a copy: the events of the old one stay
readable and can be verified, and the first event of the new one names the last checkpoint of the
old one. The name must not be that of another ledger of the store.

Other servers on the same store must be restarted afterwards; they need the new secret-key.`,
    options: {
      'administrator-token': { type: 'switch', description: 'Replace the token of admin-token' },
      'secret-key': { type: 'switch', description: 'Replace the key of secret-key' },
      journal: { type: 'switch', description: 'Continue without the journal' },
      'signing-key': {
        type: 'switch',
        description: 'Replace the lost keys of ledger/signing-keys',
      },
      copy: { type: 'switch', description: 'Activate a copy of a data directory' },
      successor: {
        type: 'text',
        placeholder: 'ORIGIN',
        description: 'Begin a new ledger of this name after the old one',
      },
      data: { type: 'text', placeholder: 'DIR', description: 'Data directory of the server' },
      store: { type: 'text', placeholder: 'URL', description: 'Store of the server' },
      config: {
        type: 'text',
        placeholder: 'FILE',
        description: 'Configuration file of the server',
      },
    },
    examples: [
      {
        line: 'waybill recover --administrator-token --data /var/lib/waybill',
        does: 'replaces a lost token',
      },
    ],
  },
  async ({ options, io, parts }) => {
    const { data, store, config, ...lostThings } = options
    const { successor } = lostThings
    const [lost, ...more] = LOST_THINGS.filter(
      (name) => lostThings[name] !== undefined && lostThings[name] !== false,
    )
    if (lost === undefined || more.length > 0) {
      const message = `expected one of ${LOST_THINGS.map((name) => `--${name}`).join(', ')}`
      throw new CommandError(message, { ending: 'usage', hint: 'waybill recover --help' })
    }
    const settings = settingsOrRefused({ data, store, config }, io.env, parts.collectors)
    const done = await parts.recover(
      settings,
      lost === 'successor' ? { successor: successor ?? '' } : lost,
    )
    await write(io.stdout, done.map((line) => `${line}\n`).join(''))
    return 'success'
  },
)

const LOST_THINGS = [
  'administrator-token',
  'secret-key',
  'journal',
  'signing-key',
  'copy',
  'successor',
] as const
