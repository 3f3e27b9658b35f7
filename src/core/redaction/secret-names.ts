/** Longest end of a name that is examined, in UTF-16 units; longer texts are not names. */
const NAME_LENGTH_MAX = 128

/** Words that mark a secret anywhere in a name: `DB_PASSWORD_OLD`, `tokenValue`. */
const SECRET_WORD = new RegExp(
  `(?:${[
    ...['password', 'passwd', 'passphrase', 'passcode', 'passwort', 'kennwort', 'pwd'],
    ...['(?<!by|com|tres|sur|encom|over)pass', 'secret', 'token', 'credential', '^cred'],
    ...['auth', 'authorization'],
    ...['(?:api|access|secret|private|account|shared|master|auth|signing|encryption|ssh)key'],
  ].join('|')})s?$`,
)

/** Words that mark a secret at the end of a name: `SESSION_COOKIE`, `wifi.psk`. */
const SECRET_LAST_WORD =
  /^(?:pw|cookies?|jwt|otp|totp|pin|psk|sas|mnemonic|passkey|sess(?:ion)?id|phpsessid|jsessionid)$/

/** Words that mark a secret before the word `key`: `api-key`, `AccountKey`. */
const KEY_OF_WHAT = new Set([
  ...['api', 'access', 'secret', 'private', 'account', 'shared', 'encryption', 'encrypt', 'sas'],
  ...['decryption', 'signing', 'sign', 'master', 'license', 'ssh', 'deploy', 'auth', 'storage'],
  ...['session', 'service', 'hmac', 'aes', 'jwt', 'webhook', 'admin', 'app', 'application'],
  ...['consumer', 'subscription', 'functions', 'function', 'registry', 'write', 'read', 'root'],
  ...['unseal', 'recovery', 'gpg', 'crypto', 'integration', 'instrumentation', 'ingest'],
])

/**
 * Last words of names that describe a secret but do not contain it: `token-type`, `PASSWORD_FILE`.
 */
const ABOUT_A_SECRET = new Set([
  ...['file', 'files', 'path', 'dir', 'url', 'uri', 'endpoint', 'host', 'port', 'type', 'name'],
  ...['names', 'ttl', 'expiry', 'expires', 'expiration', 'length', 'size', 'count', 'policy'],
  ...['stdin', 'service', 'server', 'version', 'mode', 'method', 'methods', 'provider', 'issuer'],
  ...['format', 'enabled', 'disabled', 'required', 'timeout', 'interval', 'backend', 'class'],
  ...['store', 'manager', 'proxy', 'operator', 'exporter', 'controller', 'plugin', 'plugins'],
  ...['prompt', 'through', 'thru', 'realm', 'scheme', 'address', 'exec', 'fd', 'helper'],
])

/** Names that only look like a secret's. `PWD` is the working directory. */
const NO_SECRETS = new Set([
  ...['pwd', 'oldpwd', 'proxy_pass', 'fastcgi_pass', 'uwsgi_pass'],
  ...['grpc_pass', 'scgi_pass', 'no-auth', 'no_auth', 'no-pass', 'no-password', 'skip-auth'],
])

/** `dbPassword2` is `db`, `Password`, `2`; a word in capitals counts as one: `API`, `Key`. */
const WORD = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g

/** A part of every secret's name. */
const HINT = new RegExp(
  [
    ...['pass', 'pw', 'kennwort', 'secret', 'token', 'cred', 'auth', 'key', 'cookie', 'jwt', 'otp'],
    ...['pin', 'psk', 'sas', 'mnemonic', 'sess'],
  ].join('|'),
  'i',
)

/** A quick check whether a text may contain the name of a secret. */
export function mayBeSecretName(text: string): boolean {
  return HINT.test(text)
}

/**
 * Whether a name marks a secret: of an option, a variable, a header, a member or a label. Leading
 * dashes are ignored.
 */
export function isSecretName(name: string): boolean {
  const end = name.slice(-NAME_LENGTH_MAX).replace(/^[-.]{0,8}/, '')
  if (!HINT.test(end)) return false
  if (NO_SECRETS.has(end.toLowerCase())) return false
  const words = wordsOf(end)
  const last = words.at(-1)
  if (last === undefined || ABOUT_A_SECRET.has(last)) return false
  if (words.some((word) => SECRET_WORD.test(word)) || SECRET_LAST_WORD.test(last)) return true
  return isKey(words, end)
}

/** Verbs followed by the owner of a secret, and then the secret. */
const SETS = /^(?:set|change|reset|update|add|create|new|verify|check|put|write|modify)$/
/** Verbs followed only by the name of a secret. */
const GETS = /^(?:get|show|list|describe|delete|remove|revoke|generate|rotate|read|use|no|ask)$/

/** Whether a name is that of an action whose last argument is a secret: `set-password bob x`. */
export function setsSecret(name: string): boolean {
  return SETS.test(wordsOf(name.slice(-NAME_LENGTH_MAX))[0] ?? '')
}

/**
 * Whether a name alone shows that a secret follows, as `requirepass` and `db_password` do. `token`
 * and `secret` alone are often the name of a command.
 */
export function announcesSecret(name: string): boolean {
  if (!isSecretName(name)) return false
  const words = wordsOf(name.slice(-NAME_LENGTH_MAX))
  const last = words.at(-1) ?? ''
  if (words.length > 1 && GETS.test(words[0] ?? '')) return false
  if (/^(?:password|passphrase|passcode)$/.test(last)) return true
  return words.length > 1
    ? SECRET_WORD.test(last) || SECRET_LAST_WORD.test(last) || last === 'key'
    : /^.{3,}(?:password|passwd|pass|token|secret|auth|key)$/.test(last)
}

function wordsOf(name: string): readonly string[] {
  return (name.match(WORD) ?? []).map((word) => word.toLowerCase())
}

/** A variable in capitals that ends in `_KEY` counts, whatever kind of key it is. */
function isKey(words: readonly string[], name: string): boolean {
  if (words.at(-1) !== 'key') return false
  if (words.some((word) => word === 'public')) return false
  if (/^[A-Z][A-Z0-9_]*_KEY\d*$/.test(name) || /^x-/i.test(name)) return true
  return KEY_OF_WHAT.has(words.at(-2) ?? '')
}
