import type { Environment } from '../../../config/table/environment.ts'
import { nounOf, placesOf, type Secret } from '../../../config/table/secret.ts'
import { isRequired, type Setting } from '../../../config/table/setting.ts'
import { EVERY_COLLECTOR } from '../../../dialects/collecting/collector-settings.ts'
import { type CollectorKind, isSecret } from '../../../dialects/collecting/define-collector.ts'
import type { OptionTable } from '../../command.ts'
import { type OptionReader, optionReader } from '../../options/option-reader.ts'
import { optionName, ownOption } from '../../options/setting-option.ts'

/** Options as they were given: a switch, a text, or several. */
type Given = Readonly<Record<string, boolean | string | readonly string[] | undefined>>

/** Values of the settings of a collector, as its list in the configuration has them. */
type Item = Record<string, unknown>

/** The options for the settings of a collector: those that have to be given come first. */
export function collectorOptions(kind: CollectorKind): OptionTable {
  const all = settingsOf(kind)
  const others = all.filter((one) => !hasToBeGiven(one))
  return Object.fromEntries(
    [...all.filter(hasToBeGiven), ...others].map(({ option, setting }) => [
      option,
      ownOption(setting),
    ]),
  )
}

/**
 * What the options and the environment say, as the list in the configuration would have it.
 *
 * @throws CommandError `usage` that names what is missing or wrong.
 */
export function readCollectorOptions(
  kind: CollectorKind,
  given: Given,
  environment: Environment,
): Item {
  const reader = optionReader(`collect ${kind.kind}`)
  const item: Item = {}
  for (const one of settingsOf(kind)) {
    item[one.key] = readSetting(one, given[one.option], reader)
  }
  for (const [key, row] of Object.entries(kind.rows)) {
    if (isSecret(row)) completeSecret(item, { key, row }, environment, reader)
    else complete(item, { key, row }, environment, reader)
  }
  const url = String(item['url'])
  const { kind: nameKind } = EVERY_COLLECTOR.name
  const whole = {
    ...item,
    name: reader.read('--name', String(item['name'] ?? hostOf(url)), nameKind),
    url,
    everySeconds: Number(item['everySeconds']),
    tenant: undefined,
  }
  const problem = kind.list.check(whole)
  if (problem !== undefined) throw reader.usage(problem)
  return whole
}

interface OptionSetting {
  readonly key: string
  /** Without dashes in front. */
  readonly option: string
  readonly setting: Setting<unknown>
}

function settingsOf({ list }: CollectorKind): readonly OptionSetting[] {
  const each: Readonly<Record<string, Setting<unknown>>> = list.each
  return Object.entries(each).flatMap(([key, setting]) => {
    const option = optionName(key, setting)
    return option === undefined ? [] : [{ key, option, setting }]
  })
}

function hasToBeGiven({ setting }: OptionSetting): boolean {
  return isRequired(setting) && setting.option?.whenAbsent === undefined
}

function readSetting(
  one: OptionSetting,
  given: Given[string],
  { read, usage }: OptionReader,
): unknown {
  const { kind, default: value } = one.setting
  const option = `--${one.option}`
  if (typeof given === 'boolean') return given
  if (typeof given === 'string') return read(option, given, kind)
  const each = kind.each ?? kind
  if (given !== undefined && given.length > 0) return given.map((text) => read(option, text, each))
  if (hasToBeGiven(one)) throw usage(`${option}: expected ${kind.expected}, found nothing`)
  return value === undefined ? undefined : kind.read(value)
}

/** Reads the variable of a setting if its option is absent. */
function complete(
  item: Item,
  { key, row }: { readonly key: string; readonly row: Setting<unknown> },
  environment: Environment,
  { read, usage }: OptionReader,
): void {
  const { variable, unless = '' } = row.option ?? {}
  if (variable === undefined || item[key] !== undefined || item[unless] !== undefined) return
  const text = environment[variable]
  if (!text) {
    const option = optionName(key, row)
    throw usage(`there is no ${nounOf(key)}: give --${option} or ${variable}`)
  }
  item[key] = read(variable, text, row.kind)
}

/** The variable of a secret is its place when no option names another. */
function completeSecret(
  item: Item,
  { key, row }: { readonly key: string; readonly row: Secret },
  environment: Environment,
  { usage }: OptionReader,
): void {
  const { variable, goesWith, fileOption } = row
  const isNeeded = goesWith === undefined || item[goesWith] !== undefined
  const isGiven = placesOf(key, row).some((place) => item[place] !== undefined)
  if (variable === undefined || !isNeeded || isGiven) return
  if (!environment[variable]) {
    throw usage(`there is no ${nounOf(key)}: give --${fileOption} or ${variable}`)
  }
  item[`${key}Variable`] = variable
}

/** The host, and the port when there is one: `quay.example.com`, `localhost-8080`. */
function hostOf(url: string): string {
  return new URL(url).host.replaceAll(/[^A-Za-z0-9.]+/g, '-').replaceAll(/^-|-$/g, '')
}
