import { type FileValue, readConfigurationFile } from './configuration-file.ts'
import type { Environment } from './environment.ts'
import { nearestName } from './nearest-name.ts'
import { isSetting, type NamedSetting, namedSettings, type SettingTable } from './setting.ts'
import { SETTINGS, type Settings } from './settings.ts'
import { SettingsError } from './settings-error.ts'
import type { RawValue } from './value-kind.ts'

/** Where settings come from, besides the configuration file that one of these names. */
export interface SettingSources {
  /** Values by flag, without dashes in front: `{ 'log-level': 'debug' }`. */
  readonly flags: Readonly<Record<string, string | undefined>>
  readonly environment: Environment
}

/** Variables that are read by commands, not by the server; see src/cli. */
const CLIENT_VARIABLES: readonly string[] = ['WAYBILL_SERVER', 'WAYBILL_TOKEN']

/** Variables that Kubernetes sets in every pod beside a Service called `waybill`. */
const SERVICE_LINK =
  /^WAYBILL(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/

interface Found {
  readonly raw: RawValue
  readonly place: string
}

/**
 * Reads every setting once: a flag goes before an environment variable, that before the
 * configuration file, that before the default. An empty variable counts as not set.
 *
 * @throws SettingsError with every problem of all places, so that they can be mended in one go.
 */
export function readSettings(sources: SettingSources): Settings {
  const named = namedSettings(SETTINGS)
  const problems = unknownVariables(sources.environment, named)
  const config = named.find(({ key }) => key === 'config')
  const file = config === undefined ? undefined : given(config, sources)
  const reading =
    file === undefined
      ? { values: new Map<string, FileValue>(), problems: [] }
      : readConfigurationFile(String(file.raw), SETTINGS)
  problems.push(...reading.problems)

  const values = new Map<string, unknown>()
  for (const item of named) {
    const found = given(item, sources) ?? reading.values.get(item.key) ?? defaultOf(item)
    if (found === undefined) continue
    const value = item.setting.kind.read(found.raw)
    if (value === undefined) problems.push(wrongValue(item, found))
    values.set(item.key, value)
  }
  if (problems.length > 0) throw new SettingsError(problems)
  // The table gave both the type and the values, each read by the kind that the type comes from.
  return assemble(SETTINGS, values, '') as Settings
}

function given({ flag, variable }: NamedSetting, sources: SettingSources): Found | undefined {
  const byFlag = sources.flags[flag]
  if (byFlag !== undefined) return { raw: byFlag, place: `--${flag}` }
  const byVariable = sources.environment[variable]
  return byVariable ? { raw: byVariable, place: variable } : undefined
}

function defaultOf({ setting }: NamedSetting): Found | undefined {
  return setting.default === undefined ? undefined : { raw: setting.default, place: 'default' }
}

function wrongValue({ key, setting }: NamedSetting, { raw, place }: Found): string {
  const found = setting.kind.secret ? '' : `, found ${JSON.stringify(raw)}`
  const name = place.includes(':') ? `${place}: ${key}` : place
  return `${name}: expected ${setting.kind.expected}${found}`
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

function assemble(
  table: SettingTable,
  values: ReadonlyMap<string, unknown>,
  prefix: string,
): object {
  const entries = Object.entries(table).map(([name, entry]) => {
    const key = `${prefix}${name}`
    return [name, isSetting(entry) ? values.get(key) : assemble(entry, values, `${key}.`)]
  })
  return Object.freeze(Object.fromEntries(entries))
}
