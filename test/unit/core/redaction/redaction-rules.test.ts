import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { COMMAND_RULES } from '../../../../src/core/redaction/command-rules.ts'
import { KNOWN_FORMS } from '../../../../src/core/redaction/known-forms.ts'
import { redactText } from '../../../../src/core/redaction/redact.ts'
import { TEXT_RULES } from '../../../../src/core/redaction/text-rules.ts'

/** The secret of the rules' own examples. */
const PLACE = 'hunter2hunter2'
const PART_LENGTH = 4

/** A password as people and generators make them, without blanks and quotes. */
const secrets = fc
  .tuple(
    fc.constantFrom(...'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!#%^*_+.~?('),
    fc.string({
      unit: fc.constantFrom(
        ...'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!#$%^*_+.-~?()[]{};,|&=',
      ),
      minLength: 7,
      maxLength: 40,
    }),
  )
  .map(([first, rest]) => first + rest)
  .filter((secret) => !/^v?\d+(\.\d+)+/.test(secret))

/** Parts of a secret that are still there, though they are not part of what is around it. */
function partsLeft(secret: string, around: string, safe: string): readonly string[] {
  return Array.from({ length: secret.length - PART_LENGTH + 1 }, (_, at) =>
    secret.slice(at, at + PART_LENGTH),
  ).filter((part) => safe.includes(part) && !around.includes(part) && !'[redacted]'.includes(part))
}

function expectGone(example: string, without: RegExp = /(?!)/) {
  fc.assert(
    fc.property(secrets, (sent) => {
      const secret = sent.replace(without, 'x')
      const text = example.replaceAll(PLACE, () => secret)
      const safe = redactText(text)
      expect(partsLeft(secret, example, safe), safe).toEqual([])
      expect(redactText(safe)).toBe(safe)
    }),
    { numRuns: 60 },
  )
}

describe('no part of a random secret survives in the form of', () => {
  test.each(COMMAND_RULES.flatMap(({ examples }) => examples))('%s', (example) => {
    expectGone(example)
  })
  test.each(
    TEXT_RULES.flatMap(({ name, examples }) => examples.map((example) => [name, example] as const)),
  )('%s: %s', (_name, example) => {
    expectGone(example, /[|;<>&]/g)
  })
  test.each([
    `tool --password ${PLACE} next`,
    `tool --password=${PLACE} next`,
    `tool --api-key '${PLACE}' next`,
    `TOKEN=${PLACE} command`,
    `docker run -e DB_PASSWORD=${PLACE} image`,
    `redis-cli CONFIG SET requirepass ${PLACE}`,
    `curl -H X-Api-Key: ${PLACE} https://a.example`,
    `curl -H "Authorization: Splunk ${PLACE}" https://a.example`,
    `curl -H Authorization: ApiKey ${PLACE} https://a.example`,
    `sh -c "curl -H 'Authorization: Bearer ${PLACE}' https://a.example"`,
    `{"password":"${PLACE}","name":"web"}`,
    `{\\"password\\":\\"${PLACE}\\"}`,
    `["tool","--password","${PLACE}","next"]`,
    `psql -c "ALTER USER a PASSWORD '${PLACE}'"`,
  ])('%s', (example) => {
    expectGone(example)
  })
  test.each([
    `https://a.example/b?token=${PLACE}&c=d`,
    `psql postgres://bob:${PLACE}@db.example/app`,
    `Server=a;Password=${PLACE};Encrypt=True`,
  ])('%s', (example) => {
    expectGone(example, /[&;#?{}[\]|]/g)
  })
})

describe('a secret of a known form is found wherever it is', () => {
  test.each(KNOWN_FORMS.map(({ name, example, where }) => [name, example, where] as const))(
    '%s',
    (_name, example, where) => {
      const id = where === undefined ? '' : 'AKIAIOSFODNN7EXAMPLE '
      const around = fc.constantFrom(' ', '=', '"', '(', ':', '/', "'", ',', '\n', '-')
      fc.assert(
        fc.property(around, fc.constantFrom(' ', '"', ')', ',', '\n', ''), (before, after) => {
          const safe = redactText(`${id}x${before}${example}${after}`)
          expect(partsLeft(example, '', safe), safe).toEqual([])
        }),
      )
    },
  )
})

/** Pieces that rules look at, in an order that nobody meant. */
const PIECES = [
  ...['password', 'TOKEN', '--password', '-p', '-u', 'curl ', 'mysql ', 'redis-cli ', 'AUTH '],
  ...['Authorization', 'Bearer ', 'X-Api-Key', '=', ':', ': ', ' ', '"', "'", '\\"', '\\', '`'],
  ...['{', '}', '[', ']', ',', ';', '|', ' | ', '&', '?', '://', 'http://', '@', 'a', 'hunter2'],
  ...['[redacted]', 'requirepass ', 'IDENTIFIED BY ', 'pass:', 'echo ', 'chpasswd', 'tokens', '3'],
  ...['set-password ', 'htpasswd -b ', '<password>', '</', '$X', '/etc/x', '1.2', '\n', '(', 'N'],
  ...['eyJhbGciOiJSUzI1NiJ9xx', 'ghp_aaaaaaaaaaaaaaaaaaaa', '-----BEGIN PRIVATE KEY-----', '%40'],
  ...['Digest ', 'username=', '<<<', '%3A%2F%2F', 'é', '🐳', 'true'],
]

test('redacting again changes nothing, whatever the text is', () => {
  const texts = fc.array(fc.constantFrom(...PIECES), { maxLength: 25 })
  fc.assert(
    fc.property(texts, (pieces) => {
      const safe = redactText(pieces.join(''))
      expect(redactText(safe)).toBe(safe)
    }),
    { numRuns: 2000 },
  )
})

describe('long texts are read in linear time', () => {
  const patterns = [
    ...TEXT_RULES.map(({ name, before }) => [name, before.source] as const),
    ...KNOWN_FORMS.map(({ name, pattern }) => [name, pattern] as const),
  ]

  test.each(patterns)('%s repeats without bound at its end alone', (_name, pattern) => {
    const unbounded = /(?:[+*]|\{\d+,\})\??(?!$|\)$)/g
    // Neither a class of characters nor an escape repeats anything.
    const plain = pattern.replaceAll(/\[(?:\\.|[^\]\\])*\]|\\./g, 'c')
    const alternatives = plain.split('|').map((part) => part.match(unbounded) ?? [])
    expect(alternatives.flat()).toEqual([])
  })

  // With a quadratic rule a text of this length would not be done before the tests are stopped.
  const LENGTH = 256 * 1024
  test.each([
    ...PIECES,
    'a.',
    '://a:b/',
    '--password "',
    "it's password 'x ",
    'token=[{',
    'a:b@c ',
  ])('of nothing but %j', (piece) => {
    const text = piece.repeat(Math.ceil(LENGTH / piece.length))
    expect(typeof redactText(text)).toBe('string')
  })
})
