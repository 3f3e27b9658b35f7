import { type FileReading, readConfigurationFile } from './configuration-file.ts'
import type { Environment } from './environment.ts'
import { assemble, defaultOf, type FoundValue, wrongValue } from './found-value.ts'
import { nearestName } from './nearest-name.ts'
import { readGroups } from './read-groups.ts'
import {
  type NamedSetting,
  namedLists,
  namedSettings,
  type SettingTable,
  type ValuesOf,
} from './setting.ts'
import { SettingsError } from './settings-error.ts'

/** The sources of settings, apart from the configuration file that one of them names. */
export interface SettingSources {
  /** Values by flag, without leading dashes: `{ 'log-level': 'debug' }`. */
  readonly flags: Readonly<Record<string, string | undefined>>
  readonly environment: Environment
}

/** Variables for commands, not for the server; see src/cli. */
const CLIENT_VARIABLES: readonly string[] = ['WAYBILL_SERVER', 'WAYBILL_TOKEN']

/** Variables that Kubernetes sets in every pod near a Service called `waybill`. */
const SERVICE_LINK =
  /^WAYBILL(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/

/**
 * Reads every setting of a table once. A flag overrides an environment variable, which overrides
 * the configuration file, which overrides the default. An empty variable counts as not set.
 *
 * @throws SettingsError with all problems, so that they can be fixed in one go.
 */
export function readSettings<Table extends SettingTable>(
  table: Table,
  sources: SettingSources,
): ValuesOf<Table> {
  const named = namedSettings(table)
  const problems = unknownVariables(sources.environment, named)
  const config = named.find(({ key }) => key === 'config')
  const file = config === undefined ? undefined : given(config, sources)
  const reading: FileReading =
    file === undefined
      ? { values: new Map(), groups: new Map(), problems: [] }
      : readConfigurationFile(String(file.raw), table)
  problems.push(...reading.problems)

  const values = new Map<string, unknown>()
  for (const item of named) {
    const found = given(item, sources) ?? reading.values.get(item.key) ?? defaultOf(item)
    if (found === undefined) continue
    const value = item.setting.kind.read(found.raw)
    if (value === undefined) problems.push(wrongValue(item, found))
    values.set(item.key, value)
  }
  for (const named of namedLists(table)) {
    const groups = readGroups(named, reading)
    problems.push(...groups.problems)
    values.set(named.key, groups.values)
  }
  if (problems.length > 0) throw new SettingsError(problems)
  // The type and the values come from the same table, so they agree.
  return assemble(table, values, '') as ValuesOf<Table>
}

function given({ flag, variable }: NamedSetting, sources: SettingSources): FoundValue | undefined {
  const byFlag = sources.flags[flag]
  if (byFlag !== undefined) return { raw: byFlag, place: `--${flag}` }
  const byVariable = sources.environment[variable]
  return byVariable ? { raw: byVariable, place: variable } : undefined
}

function unknownVariables(environment: Environment, named: readonly NamedSetting[]): string[] {
  const known = [...named.map(({ variable }) => variable), ...CLIENT_VARIABLES]
  return Object.keys(environment)
    .filter((name) => name.startsWith('WAYBILL_') && !known.includes(name))
    .filter((name) => !SERVICE_LINK.test(name))
    .map((name) => {
      const meant = nearestName(name, known)
      return `${name}: no such variable${meant === undefined ? '' : `; did you mean ${meant}?`}`
    })
}
