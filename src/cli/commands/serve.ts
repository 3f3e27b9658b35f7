import { SETTINGS } from '../../config/settings.ts'
import { namedSettings } from '../../config/table/setting.ts'
import type { Call, CommandOption } from '../command.ts'
import { defineCommand } from '../define-command.ts'
import type { Ending } from '../exit-code.ts'
import { settingsOrRefused } from '../options/server-settings.ts'
import { textOption } from '../options/setting-option.ts'

/** A flag for every setting, in the order of the configuration. */
const OPTIONS: Readonly<Record<string, CommandOption & { readonly type: 'text' }>> =
  Object.fromEntries(
    namedSettings(SETTINGS).map(({ flag, setting }) => [flag, textOption(setting)]),
  )

/** `waybill serve`: runs the server. */
export const serveCommand = defineCommand(
  {
    name: 'serve',
    summary: 'Run the server',
    description: `Prints one line with \`ready http://HOST:PORT\` once it is ready. The first start
writes an administrator's token to admin-token in the data directory. Ctrl-C or SIGTERM stops the
server after it has stored every acknowledged event.

Every option can also be given as an environment variable or in a configuration file: --log-level
is WAYBILL_LOG_LEVEL and logLevel. See docs/reference/configuration.md.`,
    options: OPTIONS,
    examples: [
      { line: 'waybill serve', does: 'listens on http://127.0.0.1:7480, keeps data in ./data' },
      {
        line: 'waybill serve --data /var/lib/waybill --listen 0.0.0.0:7480',
        does: 'listens on the network',
      },
      {
        line: 'WAYBILL_STORE=http://user:password@db:8123/waybill waybill serve',
        does: 'uses a ClickHouse server',
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
