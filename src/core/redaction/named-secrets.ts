import { restOfCommand, WORDS_OF_COMMANDS } from './command-secrets.ts'
import { commandWords, nextWordAt } from './command-words.ts'
import { authorizationAt, isSchemeAt } from './credentials.ts'
import { announcesSecret, isSecretName, mayBeSecretName, setsSecret } from './secret-names.ts'
import type { Span } from './span.ts'
import { argumentEnd, isQuoteAt, valueAt } from './value-extent.ts'

/**
 * Programs that search for words, or whose words are names of things: with these, what follows
 * `db-password` is not its value.
 */
const NAMING_PROGRAMS = new Set([
  ...['grep', 'egrep', 'fgrep', 'zgrep', 'pgrep', 'rg', 'ag', 'ack', 'sed', 'awk', 'find', 'ls'],
  ...['cat', 'less', 'more', 'head', 'tail', 'man', 'which', 'whereis', 'locate', 'vi', 'vim'],
  ...['nano', 'touch', 'rm', 'cp', 'mv', 'mkdir', 'chmod', 'chown', 'stat', 'test', 'tar', 'diff'],
  ...['kubectl', 'oc', 'helm', 'systemctl', 'docker', 'podman', 'apt', 'apt-get', 'apk', 'yum'],
  ...['dnf', 'cd', 'wc', 'sort', 'file', 'du', 'tree', 'ln', 'unset'],
])

/** Programs in which a name is followed by its value after all, inside those above. */
const VALUE_PROGRAMS = ['redis-cli', 'valkey-cli', 'mysqladmin', 'aws', 'nmcli', 'psql', 'mysql']
const PROGRAMS = new Set([...NAMING_PROGRAMS, ...VALUE_PROGRAMS])

/** `=`, `: `, `=>`, also after the quote of a key, `]` of a form, and URL-encoded. */
const ASSIGNED = /(?:\]|%5D)?(\\{0,15}["'`])?(\s{0,8})(=>|:=|={1,2}|:|%3D|%3A)(?!\/\/)(\s{0,8})/iy
/** The text before a parameter of a URL. */
const PARAMETER_BEFORE = /(?:[?&]|%3F|%26|\\u0026|&amp;)$/i
const PARAMETERS = /[?&%]/
const PARAMETER_NAME = /^(?:(?:x-(?:amz|goog)-)?(?:sig|signature|credential)|key|code|hmac|sas)$/i

/** Values that are harmless and informative: a reference, a path, yes or no. */
const HARMLESS = new RegExp(
  `^(?:${[
    '\\$\\{[A-Za-z_]\\w{0,63}\\}|\\$[A-Z_][A-Z0-9_]{0,63}',
    '(?:true|false|yes|no|on|off|null|none|undefined|enabled|disabled|required|optional)',
    '(?:~|\\.{1,2})?/(?:etc|run|var|usr|opt|home|tmp|proc|sys|dev|mnt|srv|data|root|secrets?)' +
      '(?:/[\\w.@:-]*)*',
    '(?:~|\\.{1,2})(?:/[\\w.@-]{1,64})+',
  ].join('|')})[,;)\\]}]?$`,
)
/** The tag of an image: `auth-token:1.27-alpine`. */
const TAG = /^(?:v?\d+(?:\.\d+)+[\w.-]*|v\d+|latest|stable)$/
/** `max_tokens=100` is a count. */
const COUNT = /^\d{1,6}(?!\w)/
/** Another option, which shows that the preceding one has no value. */
const OPTION = /^(?:-\w|--[a-z][a-z-]{1,40})(?![\w-])/
/** Operators of a shell or language, and words that occur only in sentences. */
const NO_VALUE = new RegExp(
  `^(?:[|&;<>=!*]{1,3}(?=\\s|$)|\\([\\w.-]*\\)(?=\\s|$)|(?:${[
    'is|was|are|has|had|for|from|to|in|of|and|or|not|with|the|on|at|by|as|if|then|must|expired',
    'will|cannot|given|set|found|missing|required|invalid|changed|policy|file',
  ].join('|')})(?=[.,:;)"'\\\\]{0,2}(?:\\s|$)))`,
  'i',
)
const NO_NAME_BEFORE = new Set(['/', '.', ':', '$', '@', '%', '\\', '=', '{', '<', '#', '*'])

/** The values whose name marks them as secrets: `--password x`, `TOKEN=x`, `requirepass x`. */
export function namedSecretSpans(text: string): readonly Span[] {
  const spans: Span[] = []
  if (!mayBeSecretName(text) && !PARAMETERS.test(text)) return spans
  let covered = 0
  for (const word of commandWords(text, PROGRAMS)) {
    if (word.start < covered || !(mayBeSecretName(word.text) || isParameterName(word.text)))
      continue
    const span = assignedSecret(text, word) ?? spacedSecret(text, word)
    if (span === undefined) continue
    spans.push(span)
    covered = span.end
  }
  return spans
}

function isParameterName(name: string): boolean {
  return name.length <= 20 && PARAMETER_NAME.test(name)
}

interface Word {
  readonly text: string
  readonly start: number
  readonly end: number
  readonly last: string | undefined
}

/** `NAME=VALUE`, `"name": "value"`, `Name: value`. */
function assignedSecret(text: string, { text: name, start, end }: Word): Span | undefined {
  ASSIGNED.lastIndex = end
  const [whole, keyQuote = '', , sign = '', spaces = ''] = ASSIGNED.exec(text) ?? []
  if (whole === undefined) return undefined
  const at = end + whole.length
  const isParameter = PARAMETER_BEFORE.test(text.slice(Math.max(0, start - 6), start))
  if (!isSecretName(name) && !(isParameter && isParameterName(name))) return undefined
  if (/tokens$/i.test(name) && COUNT.test(text.slice(at, at + 8))) return undefined
  if (isParameter) return harmful(text, parameterAt(text, at))
  const isColon = sign === ':'
  if (isColon && text[start - 1] === '/') return undefined
  if (keyQuote !== '') return harmful(text, valueAt(text, at, { stops: ',}]' }))
  if (isHeader(name) || isSchemeAt(text, at)) return authorizationAt(text, at, start)
  const span = isQuoteAt(text, at) ? undefined : restOfArgument(text, at, start)
  if (span !== undefined) return harmful(text, span)
  const value = valueAt(text, at, { stops: stopsOf(text, start) })
  const isTag = isColon && spaces === '' && value !== undefined && TAG.test(textOf(text, value))
  return isTag ? undefined : harmful(text, value)
}

function isHeader(name: string): boolean {
  return /(?:authorization|cookie2?)$/i.test(name)
}

/** `"PASSWORD=two words"` is one value; `sh -c "PASSWORD=x command"` is a command. */
function restOfArgument(text: string, at: number, nameStart: number): Span | undefined {
  const isCommand = /-\w{0,8}c["'\\,\s$]{1,16}$/.test(
    text.slice(Math.max(0, nameStart - 26), nameStart),
  )
  const end = isCommand ? undefined : argumentEnd(text, nameStart)
  return end === undefined || end <= at ? undefined : { start: at, end }
}

/** What ends a value without quotes in a form or a connection string. */
function stopsOf(text: string, start: number): string {
  const before = text.charAt(start - 1)
  return before === '&' || before === ';' ? before : ''
}

const PARAMETER = /[^\s&#"'<>`\\]+/y

function parameterAt(text: string, at: number): Span | undefined {
  PARAMETER.lastIndex = at
  const found = PARAMETER.exec(text)
  return found === null ? undefined : { start: at, end: at + found[0].length }
}

/** `--password VALUE`, and `NAME VALUE` for a name that announces a secret. */
function spacedSecret(text: string, word: Word): Span | undefined {
  const { text: name, end } = word
  const at = nextWordAt(text, word)
  if (at === undefined) return undefined
  const next = text.slice(at, at + 64).replace(/^\\{0,15}["']/, '')
  if (isOtherOption(next)) return undefined
  if (name.startsWith('-')) {
    return isSecretName(name) && !/^--?no-/.test(name)
      ? harmful(text, valueAt(text, at))
      : undefined
  }
  if (!isBareName(text, word) || !announces(text, word)) return undefined
  if (!isQuoteAt(text, at) && NO_VALUE.test(next)) return undefined
  return setsSecret(name) ? restOfCommand(text, end, 0) : harmful(text, valueAt(text, at))
}

function isBareName(text: string, { start }: Word): boolean {
  // npm's `//registry.example/:_authToken VALUE`.
  return !NO_NAME_BEFORE.has(text.charAt(start - 1)) || text.slice(start - 2, start) === '/:'
}

function announces(text: string, { text: name, end, last }: Word): boolean {
  if (last !== undefined && NAMING_PROGRAMS.has(last)) return false
  if (WORDS_OF_COMMANDS.has(name.toLowerCase())) return false
  // `CREATE SECRET (TYPE s3, SECRET 'x')`: only the value is in quotes.
  if (/^\s'/.test(text.slice(end, end + 2)) && isSecretName(name)) return true
  return announcesSecret(name)
}

/** An option is short; a secret that begins with a dash is not. */
function isOtherOption(next: string): boolean {
  return OPTION.test(next) || /^--?(?:\s|$)/.test(next)
}

function harmful(text: string, span: Span | undefined): Span | undefined {
  return span === undefined || HARMLESS.test(textOf(text, span)) ? undefined : span
}

function textOf(text: string, { start, end }: Span): string {
  return text.slice(start, end)
}
