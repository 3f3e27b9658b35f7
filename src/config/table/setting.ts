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
  /** How a command has it as an option; absent: under its own name. */
  readonly option?: OptionForm
}

/** How a command has a setting as an option, where that differs from the setting. */
export interface OptionForm {
  /** Without dashes; absent: the name of the setting, in dashes instead of capitals. */
  readonly name?: string
  /** Environment variable that is read when the option is not given. */
  readonly variable?: string
  /** Setting that makes this one unnecessary: with it, `variable` is not read. */
  readonly unless?: string
  /** What applies when the option is not given; absent: as for the setting. */
  readonly whenAbsent?: string
  /** There is no such option. */
  readonly isNone?: true
}

/**
 * Groups of the same settings, as many as a configuration file has. Flags and variables have none.
 * Each group is known by its setting `name`, which no other group of the list has.
 */
export interface SettingList<Group extends NamedGroup = NamedGroup> {
  /** The settings of one group. */
  readonly each: Group
  /** What a group of it is, in whole sentences. */
  readonly description: string
  /** What is wrong with a group whose values are right one by one; undefined when nothing is. */
  check(group: ValuesOf<Group>): string | undefined
}

/** The settings of a group in a list. */
export interface NamedGroup extends SettingTable {
  readonly name: Setting<string>
}

/** Settings by name, in the order of the documents; a group holds the settings of one part. */
export interface SettingTable {
  readonly [name: string]: Setting<unknown> | SettingList | SettingTable
}

/** The values that a table of settings is read into. */
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

/** A setting that may be left out; `whenAbsent` says what applies then. */
export function optional<Value>(
  kind: ValueKind<Value & {}>,
  whenAbsent: string,
  description: string,
): Setting<Value | undefined> {
  return { kind, default: undefined, whenAbsent, description, inFile: true }
}

/** A setting of a group in a list that each group has to give. */
export function required<Value>(kind: ValueKind<Value & {}>, description: string): Setting<Value> {
  return { kind, default: undefined, whenAbsent: undefined, description, inFile: true }
}

/** The default of a setting for the documents; undefined when it has none. */
export function defaultText({ default: value }: Setting<unknown>): string | undefined {
  return value === undefined ? undefined : String(value) || 'none'
}

/** A list of groups; without `check`, values that are right one by one are right together. */
export function listOf<Group extends NamedGroup>(
  each: Group,
  description: string,
  check: (group: ValuesOf<Group>) => string | undefined = () => undefined,
): SettingList<Group> {
  return { each, description, check }
}

/** The same setting, but not for configuration files. */
export function notInFile<Value>(setting: Setting<Value>): Setting<Value> {
  return { ...setting, inFile: false }
}

/** The same setting, with another form as the option of a command. */
export function asOption<Value>(setting: Setting<Value>, option: OptionForm): Setting<Value> {
  return { ...setting, option }
}

/** Whether a group in a list has to give the setting. */
export function isRequired({ default: value, whenAbsent }: Setting<unknown>): boolean {
  return value === undefined && whenAbsent === undefined
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

/** A list of groups, and the key under which a configuration file holds it. */
export interface NamedList {
  readonly key: string
  readonly list: SettingList
}

/** Every setting of a table, groups included but not lists, in its order. */
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

/** Whether an entry of a table is a setting, not a group of them. */
export function isSetting(entry: Entry): entry is Setting<unknown> {
  return typeof entry.description === 'string' && !isList(entry)
}

/** Whether an entry of a table is a list of groups. */
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
