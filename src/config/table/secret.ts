import { readFile } from 'node:fs/promises'
import type { Environment } from './environment.ts'
import { asOption, inDashes, optional, type Setting } from './setting.ts'
import { environmentName, path, secretText } from './value-kind.ts'

/** Reads a secret from its place. The error names the place, never the secret. */
export type ReadSecret = () => Promise<string>

/**
 * A secret that is given in one of three places, each a setting of its own: for `token` these are
 * `token`, `tokenFile` and `tokenVariable`.
 */
export interface Secret<Required extends boolean = boolean> {
  readonly isRequired: Required
  /** `word`: printable, without spaces, fit for a header; `line`: the first line, as it is. */
  readonly form: 'word' | 'line'
  /** What it is, as a phrase: `OAuth token of that Quay`. */
  readonly what: string
  /** When its file is read, as a sentence. */
  readonly fileNote: string
  /** An earlier setting without which it has no use, and which has no use without it. */
  readonly goesWith?: string
  /** It can be given in a file alone; the value says what applies when it is not given. */
  readonly fileOnly?: string
  /** Environment variable that a command reads when no option names a place. */
  readonly variable?: string
  /** Option of a command for the file, without dashes. */
  readonly fileOption: string
  /** Option of a command for the secret itself; absent when only a file may hold it. */
  readonly valueOption?: string
}

/** A row of a table for a secret. */
export function secret<const Required extends boolean>(row: Secret<Required>): Secret<Required> {
  return row
}

/** What a secret is called in messages: `secret key`. */
export function nounOf(name: string): string {
  return inDashes(name).replaceAll('-', ' ')
}

/** Names of the settings that hold a secret: its value, its file, its environment variable. */
export function placesOf(name: string, { fileOnly }: Secret): readonly string[] {
  return fileOnly === undefined ? [name, `${name}File`, `${name}Variable`] : [`${name}File`]
}

/** The settings that a secret is given by. */
export function settingsOfSecret(
  name: string,
  row: Secret,
): Readonly<Record<string, Setting<string | undefined>>> {
  const { what, form, fileNote, fileOnly, fileOption, valueOption, variable } = row
  const places = placesOf(name, row)
  const absent = (own: string) =>
    fileOnly ?? places.flatMap((place) => (place === own ? [] : `\`${place}\``)).join(' or ')
  const content = form === 'line' ? 'whose first line is' : 'that holds'
  const orVariable = variable === undefined ? {} : { whenAbsent: `else ${variable}` }
  const settings = {
    [name]: asOption(
      optional(secretText, absent(name), `${capitalized(what)}. A file is a safer place for it.`),
      valueOption === undefined ? { isNone: true } : { name: valueOption, ...orVariable },
    ),
    [`${name}File`]: asOption(
      optional(path('FILE'), absent(`${name}File`), `File ${content} the ${what}. ${fileNote}`),
      { name: fileOption, ...orVariable },
    ),
    [`${name}Variable`]: asOption(
      optional(
        environmentName,
        absent(`${name}Variable`),
        `Environment variable that holds the ${what}.`,
      ),
      { isNone: true },
    ),
  }
  return Object.fromEntries(Object.entries(settings).filter(([place]) => places.includes(place)))
}

/** Values of settings by name, some of them places of secrets. */
type Values = Readonly<Record<string, unknown>>

/** What is wrong with the places of a secret, taken together; undefined when nothing is. */
export function secretProblem(name: string, row: Secret, values: Values): string | undefined {
  const { isRequired, goesWith } = row
  const places = placesOf(name, row)
  const count = places.filter((place) => values[place] !== undefined).length
  const isNeeded = isRequired || (goesWith !== undefined && values[goesWith] !== undefined)
  if (count > 1 || (isNeeded && count === 0)) return `expected one of ${listed(places)}`
  return count > 0 && goesWith !== undefined && !isNeeded
    ? `a ${nounOf(name)} needs its ${goesWith}`
    : undefined
}

/** A reader of the place that was given, anew each time; undefined when none was. */
export function secretReader(
  name: string,
  { form }: Secret,
  values: Values,
  environment: Environment,
): ReadSecret | undefined {
  const { [name]: value, [`${name}File`]: file, [`${name}Variable`]: variable } = values
  const noun = nounOf(name)
  const checked = (text: string, place: string) => {
    const found = form === 'word' ? wordOf(text) : (text.split(/\r?\n/, 1)[0] ?? '')
    if (found === '') throw new Error(`there is no ${noun} in ${place}`)
    return found
  }
  if (typeof value === 'string') return async () => checked(value, name)
  if (typeof file === 'string') return async () => checked(await textOf(file, noun), file)
  if (typeof variable !== 'string') return undefined
  return async () => checked(environment[variable] ?? '', `the variable ${variable}`)
}

/** Text that cannot be part of a header is refused: fetch would repeat it in its own error. */
function wordOf(text: string): string {
  const word = text.trim()
  return /^[\x21-\x7e]+$/.test(word) ? word : ''
}

async function textOf(file: string, noun: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new Error(`the ${noun} file ${file} cannot be read (${reason})`, { cause: error })
  }
}

function listed(names: readonly string[]): string {
  return names.length === 1 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

function capitalized(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}
