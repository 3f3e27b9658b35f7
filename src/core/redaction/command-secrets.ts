import { COMMAND_RULES, type CommandRule } from './command-rules.ts'
import { type CommandWord, commandWords, nextWordAt } from './command-words.ts'
import type { Span } from './span.ts'
import { isQuoteAt, valueAt } from './value-extent.ts'

const OF_INTEREST = new Set(
  COMMAND_RULES.flatMap(({ programs, subcommands = [], until = [] }) => [
    ...programs,
    ...subcommands,
    ...until,
  ]),
)

/**
 * Words that are not names of secrets, although they look like it: `sshpass`, `change_password`.
 */
export const WORDS_OF_COMMANDS: ReadonlySet<string> = new Set(
  COMMAND_RULES.flatMap(({ programs, words = {} }) => [...programs, ...Object.keys(words)]),
)

const WORDS = new Set(COMMAND_RULES.flatMap(({ words = {} }) => Object.keys(words)))
const RULES_OF_ALL = COMMAND_RULES.filter(({ programs }) => programs.length === 0)
const RULES_BY_PROGRAM: ReadonlyMap<string, readonly CommandRule[]> = new Map(
  [...OF_INTEREST].map((name) => [
    name,
    COMMAND_RULES.filter(({ programs }) => programs.includes(name)),
  ]),
)

/** The end of a command and its arguments. */
const COMMAND_END = /[|;&]+(?=\s|$)|[\r\n]|\d?>{1,2}(?=\s|\/)|\\{0,15}["'`)\]](?=\s|$|[)\]}])/y
const OPTION = /--?[A-Za-z][\w-]{0,40}(?=[\s"'\\=]|$)/y
/** Options with one dash that look like `-p` with an attached password. */
const LONG_OPTIONS: ReadonlySet<string> = new Set([
  ...['-pass', '-password', '-passwd', '-passphrase', '-passin', '-passout', '-path', '-platform'],
  ...['-port', '-prefix', '-preserve', '-pretty', '-print', '-print0', '-profile', '-progress'],
  ...['-project', '-prompt', '-properties', '-property', '-protocol', '-proxy', '-user'],
  ...['-username'],
])
/** Most words of one command that are examined. */
const WORDS_MAX = 64

/** Secrets that programs take in positions without a telling name: `mysql -px`, `curl -u bob:x`. */
export function commandSpans(text: string): readonly Span[] {
  const spans: Span[] = []
  // One word is not a command.
  if (!/[\s"']/.test(text)) return spans
  let covered = 0
  for (const word of commandWords(text, OF_INTEREST)) {
    if (word.start < covered) continue
    const span = secretAt(text, word)
    if (span === undefined) continue
    spans.push(span)
    covered = span.end
  }
  return spans
}

function secretAt(text: string, word: CommandWord): Span | undefined {
  const isOption = word.text.startsWith('-')
  const isAssignment = !isOption && text[word.end] === '='
  const isWord = !isOption && WORDS.has(word.text.toLowerCase())
  if (!isOption && !isAssignment && !isWord) return undefined
  for (const rule of rulesFor(word)) {
    const span = isOption ? optionSecret(text, word, rule) : wordSecret(text, word, rule)
    const found = span ?? (isAssignment ? assignedSecret(text, word, rule) : undefined)
    if (found !== undefined) return found
  }
  return undefined
}

/** The rules for the command that a word is part of. */
function rulesFor(word: CommandWord): readonly CommandRule[] {
  const itself = word.text.toLowerCase()
  const has = (names: readonly string[]) =>
    names.includes(itself) || names.some((name) => word.before.has(name))
  const programs = [...word.before, itself]
  const candidates = new Set(programs.flatMap((name) => RULES_BY_PROGRAM.get(name) ?? []))
  return [...candidates, ...RULES_OF_ALL].filter(
    ({ subcommands, until }) =>
      (subcommands === undefined || has(subcommands)) && (until === undefined || !has(until)),
  )
}

function optionSecret(text: string, word: CommandWord, rule: CommandRule): Span | undefined {
  const at = valuePlace(text, word, rule.options)
  return at === undefined ? loginSecret(text, word, rule) : valueAt(text, at)
}

/** The part after the user; undefined when there is none, or when both parts are numbers. */
function loginSecret(text: string, word: CommandWord, rule: CommandRule): Span | undefined {
  const at = valuePlace(text, word, rule.logins)
  const value = at === undefined ? undefined : valueAt(text, at)
  if (value === undefined) return undefined
  const login = text.slice(value.start, value.end)
  const places = [...(rule.separators ?? '')].map((sign) => login.indexOf(sign))
  const separator = Math.min(...places.filter((place) => place > 0))
  if (/^[a-z][a-z0-9+.-]{0,31}:\/\//i.test(login)) return undefined
  if (separator >= login.length - 1 || /^\d+:\d+$/.test(login)) return undefined
  return { start: value.start + separator + 1, end: value.end }
}

/** Where the value of an option begins: attached, after `=` or as the next word. */
function valuePlace(
  text: string,
  { text: word, start, end }: CommandWord,
  options: readonly string[] = [],
): number | undefined {
  for (const option of options) {
    if (word !== option) {
      const isAttached = option.length === 2 && word.startsWith(option) && !LONG_OPTIONS.has(word)
      if (isAttached) return start + option.length
      continue
    }
    if (text[end] === '=') return end + 1
    const next = nextWordAt(text, { start, end })
    if (next === undefined) return option.startsWith('--') ? undefined : end
    OPTION.lastIndex = next
    return OPTION.test(text) ? undefined : next
  }
  return undefined
}

/** The rest of a command after one of its words, without options. */
function wordSecret(text: string, word: CommandWord, rule: CommandRule): Span | undefined {
  const skipped = rule.words?.[word.text.toLowerCase()]
  if (skipped === undefined) return undefined
  return restOfCommand(text, word.end, skipped)
}

/**
 * The part of a command that comes after a position and a number of further words, without leading
 * options. Undefined when there is none.
 */
export function restOfCommand(text: string, at: number, skipped: number): Span | undefined {
  let start: number | undefined
  let end = at
  let last = at
  let toSkip = skipped
  for (let words = 0; words < WORDS_MAX; words += 1) {
    const next = nextWordAt(text, { start: end, end })
    if (next === undefined) break
    COMMAND_END.lastIndex = next
    if (COMMAND_END.test(text)) break
    OPTION.lastIndex = next
    const isOption = OPTION.test(text)
    const value = valueAt(text, next)
    if (value === undefined) break
    if (!isOption || start !== undefined) {
      if (toSkip > 0) toSkip -= 1
      else start ??= value.start
    }
    last = value.end
    end = quotedEnd(text, value)
  }
  return start === undefined ? undefined : { start, end: last }
}

/**
 * Includes the quote that closes a value, unless it separates the value from the next in a list.
 */
function quotedEnd(text: string, { end }: Span): number {
  if (nextWordAt(text, { start: end, end }) !== undefined || !isQuoteAt(text, end)) return end
  return end + text.slice(end, end + 17).search(/["'`]/) + 1
}

function assignedSecret(text: string, word: CommandWord, rule: CommandRule): Span | undefined {
  if (rule.assignments !== true) return undefined
  return valueAt(text, word.end + 1)
}
