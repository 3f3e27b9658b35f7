/** What stands in place of a secret. */
const REDACTED = '[redacted]'

/** What a name says that belongs to a secret. */
const SECRET_WORD = [
  ...['password', 'passwd', 'passphrase', 'pass', 'pwd', 'token', 'secret', 'credentials?'],
  ...['api[_-]?key', 'access[_-]?key', 'private[_-]?key', 'auth'],
].join('|')

/** The name of an option or a variable: `--registry-password`, `AWS_SECRET_ACCESS_KEY`. */
const SECRET_NAME = `[\\w.-]*?(?:${SECRET_WORD})(?:[_.-]\\w+|s)?`

/** A value on a command line, quoted or up to the next blank. */
const VALUE = `(?:"[^"]*"?|'[^']*'?|[^\\s"']+)`

interface Rule {
  /** What it finds, for the documents and the tests. */
  readonly name: string
  readonly pattern: RegExp
  /** May name groups of the pattern. */
  readonly replacement: string
  /** Only on command lines that this is found in. */
  readonly where?: RegExp
}

/** The rules, applied one after the other. They redact too much rather than too little. */
const RULES: readonly Rule[] = [
  {
    name: 'private key',
    pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
    replacement: REDACTED,
  },
  {
    name: 'authorization header',
    pattern: /(\bauthorization["']?\s*[:=]\s*["']?(?:(?:bearer|basic|token|digest)\s+)?)[^\s"']+/gi,
    replacement: `$1${REDACTED}`,
  },
  {
    name: 'bearer token',
    pattern: /(\bbearer\s+)(?!\[redacted\])[^\s"']+/gi,
    replacement: `$1${REDACTED}`,
  },
  {
    name: 'URL with credentials',
    pattern: /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"']*:)[^\s/"']*(?=@)/gi,
    replacement: `$1${REDACTED}`,
  },
  {
    name: 'token of a known form',
    pattern: /\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AKIA|eyJ[\w-]{10,}\.)[\w.-]{10,}/g,
    replacement: REDACTED,
  },
  {
    name: 'option --password x',
    pattern: new RegExp(
      `(?<=^|[\\s"'])(--?${SECRET_NAME})(\\s+|=)(?!\\[redacted\\])${VALUE}`,
      'gi',
    ),
    replacement: `$1$2${REDACTED}`,
  },
  {
    name: 'variable TOKEN=x, key "token": x',
    pattern: new RegExp(
      `(?<![\\w.-])(["']?${SECRET_NAME}["']?(?:=|\\s*:\\s*))(?!\\[redacted\\])${VALUE}`,
      'gi',
    ),
    replacement: `$1${REDACTED}`,
  },
  {
    name: 'option -p x',
    pattern: new RegExp(`(?<=^|\\s)(-p(?:\\s+|=))${VALUE}`, 'g'),
    replacement: `$1${REDACTED}`,
  },
  {
    name: 'option -u user:x',
    pattern: /(?<=^|\s)((?:-u|--user)(?:\s+|=)["']?[^\s:"']+:)[^\s"']+/g,
    replacement: `$1${REDACTED}`,
  },
  {
    name: 'option -px of MySQL',
    pattern: /(?<=^|\s)(-p)[^\s]+/g,
    replacement: `$1${REDACTED}`,
    where: /mysql|mariadb/i,
  },
  {
    name: 'option -a x of Redis, -w x of LDAP',
    pattern: new RegExp(`(?<=^|\\s)(-[aw]\\s+)${VALUE}`, 'g'),
    replacement: `$1${REDACTED}`,
    where: /\b(?:redis|valkey|ldap)/i,
  },
  {
    name: 'password in SQL',
    pattern: /(\b(?:identified\s+by|password)\s+)(?:'[^']*'?|"[^"]*"?)/gi,
    replacement: `$1${REDACTED}`,
  },
]

const LABEL_NAME = new RegExp(`^${SECRET_NAME}$`, 'i')

/** A text with every secret that one of the rules finds in it taken out. */
export function redactText(text: string): string {
  return RULES.reduce(
    (kept, { pattern, replacement, where }) =>
      where === undefined || where.test(text) ? kept.replace(pattern, replacement) : kept,
    text,
  )
}

/** The value of a label or an attribute: a name such as `db.password` makes it a secret whole. */
export function redactNamed(name: string, value: string): string {
  return LABEL_NAME.test(name) ? REDACTED : redactText(value)
}
