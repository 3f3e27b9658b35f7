import { defaultText, inDashes, type Setting } from '../../config/table/setting.ts'
import { yesOrNo } from '../../config/table/value-kind.ts'
import type { CommandOption } from '../command.ts'

/** A setting as an option that takes its value as a text. */
export function textOption(setting: Setting<unknown>): CommandOption & { readonly type: 'text' } {
  return {
    type: 'text',
    placeholder: setting.kind.placeholder,
    description: described(setting, [absentNote(setting)]),
  }
}

/** A setting as the option of a command that the table of settings does not name. */
export function ownOption(setting: Setting<unknown>): CommandOption {
  const { kind, default: value } = setting
  if (kind === yesOrNo && value === false) return { type: 'switch', description: plain(setting) }
  if (kind.each === undefined) return textOption(setting)
  // A list that is empty by default is one that need not be given.
  const note = defaultText(setting) === 'none' ? undefined : absentNote(setting)
  return {
    type: 'texts',
    placeholder: kind.each.placeholder,
    description: described(setting, [note, 'may be repeated']),
  }
}

/** The name of a setting's option, without dashes in front; undefined when it has none. */
export function optionName(key: string, { option }: Setting<unknown>): string | undefined {
  return option?.isNone ? undefined : (option?.name ?? inDashes(key))
}

/** What applies when the option is not given; undefined when it has to be. */
function absentNote({ option, whenAbsent, ...setting }: Setting<unknown>): string | undefined {
  if (option?.whenAbsent !== undefined) return option.whenAbsent
  if (option?.variable !== undefined) return `else ${option.variable}`
  const value = defaultText({ ...setting, whenAbsent })
  return value === undefined ? whenAbsent : `default ${value}`
}

function described(setting: Setting<unknown>, notes: readonly (string | undefined)[]): string {
  const given = notes.filter((note) => note !== undefined)
  return given.length === 0 ? plain(setting) : `${setting.description} (${given.join('; ')})`
}

/** A single sentence becomes a phrase, like the options that are no settings. */
function plain({ description }: Setting<unknown>): string {
  return /^[^.]*\.$/.test(description) ? description.slice(0, -1) : description
}
