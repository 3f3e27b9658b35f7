import { SETTINGS } from '../../config/settings.ts'
import { namedSettings } from '../../config/table/setting.ts'
import type { Call, CommandOption } from '../command.ts'
import { defineCommand } from '../define-command.ts'
import type { Ending } from '../exit-code.ts'
import { settingsOrRefused } from '../options/server-settings.ts'
import { textOption } from '../options/setting-option.ts'

/** A flag for every setting of the configuration, in its order. */
const OPTIONS: Readonly<Record<string, CommandOption & { readonly type: 'text' }>> =
  Object.fromEntries(
    namedSettings(SETTINGS).map(({ flag, setting }) => [flag, textOption(setting)]),
  )

/** `waybill serve`: the one command that does not talk to a server but is one. */
export const serveCommand = defineCommand(
  {
    name: 'serve',
    summary: 'Run the server',
    description: `Prints one line with \`ready http://HOST:PORT\` once it can answer. The first
start writes an administrator's token to admin-token in the data directory. Ctrl-C or SIGTERM
stops it after it has stored what it acknowledged.

Every option can also be an environment variable or a key of a configuration file: --log-level is
WAYBILL_LOG_LEVEL and logLevel. See docs/reference/configuration.md.`,
    options: OPTIONS,
    examples: [
      { line: 'waybill serve', does: 'on http://127.0.0.1:7480, data in ./data' },
      {
        line: 'waybill serve --data /var/lib/waybill --listen 0.0.0.0:7480',
        does: 'for a network',
      },
      {
        line: 'WAYBILL_STORE=http://user:password@db:8123/waybill waybill serve',
        does: 'on a ClickHouse server',
      },
    ],
  },
  runServer,
)

async function runServer({ options, io, parts }: Call<typeof OPTIONS>): Promise<Ending> {
  const settings = settingsOrRefused(options, io.env, parts.collectors)
  const code = await parts.serve(settings)
  return code === 0 ? 'success' : 'failure'
}
