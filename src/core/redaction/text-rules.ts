import { restOfCommand } from './command-secrets.ts'
import type { Span } from './span.ts'
import { valueAt } from './value-extent.ts'

/** A rule that finds secrets by the text before them. */
export interface TextRule {
  readonly name: string
  /**
   * Ends where the secret begins. Repetitions are bounded, so that every text is read in linear
   * time.
   */
  readonly before: RegExp
  /** How far the secret extends: one value, or everything up to a pattern. */
  readonly extent: 'value' | 'rest of the command' | RegExp
  /** Applies only to texts that contain this. */
  readonly where?: RegExp
  /** Texts with the secret `hunter2hunter2`. */
  readonly examples: readonly string[]
}

/** Programs that read a secret from their input. */
const READS_SECRET = new RegExp(
  [
    '--password-stdin|--passphrase-fd|--with-token|pass(?:in|out)? (?:stdin|fd:)|passwd --stdin',
    'chpasswd|sudo -\\w{0,8}S|cryptsetup|secret create|vault login -|smbpasswd|gpg-preset',
    'passwd -s|--stdin\\b|\\|\\s{0,8}(?:sudo\\s{1,8})?passwd',
    'su -|pw usermod|mosquitto_passwd|--key-file -',
  ].join('|'),
)

/** Rules for what the other rules do not find. */
export const TEXT_RULES: readonly TextRule[] = [
  {
    name: 'password in SQL',
    before:
      /\bidentified\s{1,8}(?:with\s{1,8}["'`]?\w{1,64}["'`]?\s{1,8})?(?:by|as)\s{1,8}(?:password\s{1,8})?(?:values\s{1,8})?/gi,
    extent: 'value',
    examples: [
      "CREATE USER a IDENTIFIED BY 'hunter2hunter2'",
      "ALTER USER a IDENTIFIED WITH caching_sha2_password BY 'hunter2hunter2'",
    ],
  },
  {
    name: 'password that a function of SQL is called with',
    before: /\b(?:old_)?password\s{0,8}\(\s{0,8}(?=\\{0,15}["'])/gi,
    extent: 'value',
    examples: ["SET PASSWORD FOR a = PASSWORD('hunter2hunter2')"],
  },
  {
    name: 'pass:x of OpenSSL',
    before: /(?<![\w.-])pass:(?=[^\s/])/g,
    extent: 'value',
    examples: ['openssl rsa -passin pass:hunter2hunter2 -in key'],
  },
  {
    name: '/p:x of Windows programs',
    before: /(?<=[\s"'])\/(?:p|pass|password|pw):/gi,
    extent: 'value',
    examples: ['xfreerdp /u:bob /p:hunter2hunter2 /v:host'],
  },
  {
    name: 'user:x@host without a scheme',
    before:
      /(?<=^|[\s"'])(?!mailto:|sips?:|acct:)[\w.-]{1,64}:(?=[^\s/:@"']{1,128}@(?!sha\d)[\w.-])/g,
    extent: /[^@\s]{1,128}/y,
    examples: ['curl bob:hunter2hunter2@host.example/path'],
  },
  {
    name: 'what is written to a program that reads a secret',
    before: /(?:\b(?:echo|printf)\s{1,8}(?:-[neE]{1,3}\s{1,8})?|<<<\s{0,8})/g,
    extent: /(?:[^|\r\n]|\|(?!\s))+?(?=\s{0,8}\|\s|[\r\n]|$)/y,
    where: READS_SECRET,
    examples: [
      'sh -c "echo bob:hunter2hunter2 | chpasswd"',
      'echo hunter2hunter2 | docker login --password-stdin',
      'docker login --password-stdin <<< hunter2hunter2',
    ],
  },
  {
    name: 'htpasswd -b file user x',
    before: /\bhtpasswd\s(?=[^|;&\r\n]{0,80}-\w{0,12}b)/g,
    extent: 'rest of the command',
    examples: [
      'htpasswd -bc /etc/nginx/users bob hunter2hunter2',
      'htpasswd -nbB bob hunter2hunter2',
    ],
  },
  {
    name: 'element of XML',
    before: /<[\w:.-]{0,64}(?:password|passphrase|secret|token|api-?key|private-?key)>/gi,
    extent: /[^<]+/y,
    examples: ['<server><password>hunter2hunter2</password></server>'],
  },
]

/** A quick check for all of them at once. */
const ANY_RULE = new RegExp(TEXT_RULES.map(({ before }) => before.source).join('|'), 'i')

/** The secrets that the rules find. */
export function textRuleSpans(text: string): readonly Span[] {
  if (!ANY_RULE.test(text)) return []
  return TEXT_RULES.flatMap((rule) => {
    if (rule.where !== undefined && !rule.where.test(text)) return []
    const spans: Span[] = []
    let covered = 0
    for (const { 0: found, index } of text.matchAll(rule.before)) {
      if (index < covered) continue
      const span = extentOf(rule, text, index + found.length)
      if (span === undefined) continue
      spans.push(span)
      covered = span.end
    }
    return spans
  })
}

function extentOf({ extent }: TextRule, text: string, at: number): Span | undefined {
  if (extent === 'value') return valueAt(text, at)
  if (extent === 'rest of the command') return restOfCommand(text, at - 1, 1)
  extent.lastIndex = at
  const found = extent.exec(text)
  return found === null ? undefined : { start: at, end: at + found[0].length }
}
