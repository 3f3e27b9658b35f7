import { type CollectorList, type Settings, settingsTable } from '../../config/settings.ts'
import type { Environment } from '../../config/table/environment.ts'
import { readSettings, type SettingSources } from '../../config/table/read-settings.ts'
import { SettingsError } from '../../config/table/settings-error.ts'
import { CommandError } from '../command-error.ts'

/**
 * The settings of a server from flags and variables, and from the configuration file in them.
 *
 * @param collectors the kinds of collectors with a list in the configuration.
 * @throws CommandError that lists each problem.
 */
export function settingsOrRefused(
  flags: SettingSources['flags'],
  environment: Environment,
  collectors: readonly CollectorList[],
): Settings {
  try {
    return readSettings(settingsTable(collectors), { flags, environment })
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    const { problems } = error
    const several = `the configuration has ${problems.length} problems`
    const message = problems.length === 1 ? problems[0] : [several, ...problems].join('\n  ')
    throw new CommandError(message ?? several, {
      ending: 'usage',
      cause: error,
      hint: 'waybill serve --help',
    })
  }
}
