import { isList, isSetting, type NamedSetting, type SettingTable } from './setting.ts'
import type { RawValue } from './value-kind.ts'

/** A value as it was written, and its place: a flag, a variable, a line of a file. */
export interface FoundValue {
  readonly raw: RawValue
  readonly place: string
}

/** The default of a setting; undefined when it has none. */
export function defaultOf({ setting }: NamedSetting): FoundValue | undefined {
  return setting.default === undefined ? undefined : { raw: setting.default, place: 'default' }
}

/** The message for a value of the wrong kind; it does not repeat a value that may be secret. */
export function wrongValue({ key, setting }: NamedSetting, { raw, place }: FoundValue): string {
  const found = setting.kind.secret ? '' : `, found ${JSON.stringify(raw)}`
  const name = place.includes(':') ? `${place}: ${key}` : place
  return `${name}: expected ${setting.kind.expected}${found}`
}

/** Builds the frozen object of a table from values by key. */
export function assemble(
  table: SettingTable,
  values: ReadonlyMap<string, unknown>,
  prefix: string,
): object {
  const entries = Object.entries(table).map(([name, entry]) => {
    const key = `${prefix}${name}`
    const isValue = isSetting(entry) || isList(entry)
    return [name, isValue ? values.get(key) : assemble(entry, values, `${key}.`)]
  })
  return Object.freeze(Object.fromEntries(entries))
}
