import type { RawValue, ValueKind } from './value-kind.ts'

/** One setting. */
export interface Setting<Value> {
  readonly kind: ValueKind<Value & {}>
  /** As written in a configuration file; absent when the setting is optional. */
  readonly default: RawValue | undefined
  /** What applies without a value and a default, for the documents. */
  readonly whenAbsent: string | undefined
  /** What it does, in whole sentences. */
  readonly description: string
  /** Whether a configuration file may contain it. */
  readonly inFile: boolean
  /** Its form as an option of a command, if that differs. */
  readonly option?: OptionForm
}

/** The form of a setting as an option of a command, where it differs from the setting. */
export interface OptionForm {
  /** Without leading dashes; by default the name of the setting in kebab case. */
  readonly name?: string
  /** Environment variable that is read when the option is absent. */
  readonly variable?: string
  /** Setting that makes this one unnecessary: with it, `variable` is not read. */
  readonly unless?: string
  /** The default in words; by default that of the setting. */
  readonly whenAbsent?: string
  /** The setting is not an option. */
  readonly isNone?: true
}

/**
 * A list of items with the same settings. Lists have no flags or variables. Each item is identified
 * by its setting `name`, which is unique in the list.
 */
export interface SettingList<Group extends NamedGroup = NamedGroup> {
  /** The settings of one item. */
  readonly each: Group
  /** What an item is, in whole sentences. */
  readonly description: string
  /** Checks settings against each other that are valid alone; returns the problem, if any. */
  check(group: ValuesOf<Group>): string | undefined
}

/** The settings of a list item. */
export interface NamedGroup extends SettingTable {
  readonly name: Setting<string>
}

/** Settings by name, in the order of the documents; a group contains the settings of one part. */
export interface SettingTable {
  readonly [name: string]: Setting<unknown> | SettingList | SettingTable
}

/** The type of the values that a table is read into. */
export type ValuesOf<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends Setting<infer Value>
    ? Value
    : Table[Name] extends SettingList<infer Group>
      ? readonly ValuesOf<Group>[]
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

/** An optional setting; `whenAbsent` says what applies without it. */
export function optional<Value>(
  kind: ValueKind<Value & {}>,
  whenAbsent: string,
  description: string,
): Setting<Value | undefined> {
  return { kind, default: undefined, whenAbsent, description, inFile: true }
}

/** A setting that every item of a list must have. */
export function required<Value>(kind: ValueKind<Value & {}>, description: string): Setting<Value> {
  return { kind, default: undefined, whenAbsent: undefined, description, inFile: true }
}

/** The default of a setting for the documents; undefined when it has none. */
export function defaultText({ default: value }: Setting<unknown>): string | undefined {
  return value === undefined ? undefined : String(value) || 'none'
}

/** A list; without `check`, items with valid settings are valid. */
export function listOf<Group extends NamedGroup>(
  each: Group,
  description: string,
  check: (group: ValuesOf<Group>) => string | undefined = () => undefined,
): SettingList<Group> {
  return { each, description, check }
}

/** The same setting, but not allowed in configuration files. */
export function notInFile<Value>(setting: Setting<Value>): Setting<Value> {
  return { ...setting, inFile: false }
}

/** A setting with another form as an option of a command. */
export function asOption<Value>(setting: Setting<Value>, option: OptionForm): Setting<Value> {
  return { ...setting, option }
}

/** Whether each group of a list must have the setting. */
export function isRequired({ default: value, whenAbsent }: Setting<unknown>): boolean {
  return value === undefined && whenAbsent === undefined
}

/** A setting with its name in each place. */
export interface NamedSetting {
  /** In a configuration file and in `Settings`: `sources.distribution.blobEvents`. */
  readonly key: string
  /** On the command line, without leading dashes: `sources-distribution-blob-events`. */
  readonly flag: string
  /** In the environment: `WAYBILL_SOURCES_DISTRIBUTION_BLOB_EVENTS`. */
  readonly variable: string
  readonly setting: Setting<unknown>
}

/** A list and its key in a configuration file. */
export interface NamedList {
  readonly key: string
  readonly list: SettingList
}

/** Every setting of a table in order, including those in groups but not those in lists. */
export function namedSettings(table: SettingTable, prefix = ''): readonly NamedSetting[] {
  return Object.entries(table).flatMap(([name, entry]) => {
    const key = `${prefix}${name}`
    if (isList(entry)) return []
    return isSetting(entry) ? [named(key, entry)] : namedSettings(entry, `${key}.`)
  })
}

/** Every list of a table, in its order. */
export function namedLists(table: SettingTable, prefix = ''): readonly NamedList[] {
  return Object.entries(table).flatMap(([name, entry]) => {
    const key = `${prefix}${name}`
    if (isList(entry)) return [{ key, list: entry }]
    return isSetting(entry) ? [] : namedLists(entry, `${key}.`)
  })
}

type Entry = SettingTable[string]

/** Whether an entry of a table is a setting rather than a group. */
export function isSetting(entry: Entry): entry is Setting<unknown> {
  return typeof entry.description === 'string' && !isList(entry)
}

/** Whether an entry of a table is a list. */
export function isList(entry: Entry): entry is SettingList {
  return typeof entry.description === 'string' && 'each' in entry
}

/** A name in camel case as an option has it: `everySeconds` is `every-seconds`. */
export function inDashes(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function named(key: string, setting: Setting<unknown>): NamedSetting {
  const flag = inDashes(key.replaceAll('.', '-'))
  return { key, flag, variable: `WAYBILL_${flag.replaceAll('-', '_').toUpperCase()}`, setting }
}
