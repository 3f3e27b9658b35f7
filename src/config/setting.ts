import type { RawValue, ValueKind } from './value-kind.ts'

/** One thing that can be configured. */
export interface Setting<Value> {
  readonly kind: ValueKind<Value & {}>
  /** As it would be written in a configuration file; absent: the setting may be left out. */
  readonly default: RawValue | undefined
  /** What applies when there is neither a value nor a default, for the documents. */
  readonly whenAbsent: string | undefined
  /** What it does, in whole sentences. */
  readonly description: string
  /** Whether a configuration file may hold it. */
  readonly inFile: boolean
}

/** Settings by name, in the order of the documents; a group holds the settings of one part. */
export interface SettingTable {
  readonly [name: string]: Setting<unknown> | SettingTable
}

/** The values that a table of settings is read into. */
export type ValuesOf<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends Setting<infer Value>
    ? Value
    : ValuesOf<Table[Name]>
}

/** A setting that always has a value. */
export function withDefault<Value>(
  kind: ValueKind<Value & {}>,
  value: RawValue,
  description: string,
): Setting<Value> {
  return { kind, default: value, whenAbsent: undefined, description, inFile: true }
}

/** A setting that may be left out; `whenAbsent` says what applies then. */
export function optional<Value>(
  kind: ValueKind<Value & {}>,
  whenAbsent: string,
  description: string,
): Setting<Value | undefined> {
  return { kind, default: undefined, whenAbsent, description, inFile: true }
}

/** The same setting, but not for configuration files. */
export function notInFile<Value>(setting: Setting<Value>): Setting<Value> {
  return { ...setting, inFile: false }
}

/** A setting of a table with the names under which each place knows it. */
export interface NamedSetting {
  /** In a configuration file and in `Settings`: `sources.distribution.blobEvents`. */
  readonly key: string
  /** On the command line, without dashes in front: `sources-distribution-blob-events`. */
  readonly flag: string
  /** In the environment: `WAYBILL_SOURCES_DISTRIBUTION_BLOB_EVENTS`. */
  readonly variable: string
  readonly setting: Setting<unknown>
}

/** Every setting of a table, groups included, in its order. */
export function namedSettings(table: SettingTable, prefix = ''): readonly NamedSetting[] {
  return Object.entries(table).flatMap(([name, entry]) => {
    const key = `${prefix}${name}`
    return isSetting(entry) ? [named(key, entry)] : namedSettings(entry, `${key}.`)
  })
}

/** Whether an entry of a table is a setting, not a group of them. */
export function isSetting(entry: Setting<unknown> | SettingTable): entry is Setting<unknown> {
  return typeof entry['description'] === 'string'
}

function named(key: string, setting: Setting<unknown>): NamedSetting {
  const flag = key.replaceAll('.', '-').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  return { key, flag, variable: `WAYBILL_${flag.replaceAll('-', '_').toUpperCase()}`, setting }
}
