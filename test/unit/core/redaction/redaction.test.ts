import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  redactName,
  redactNamed,
  redactText,
  redactValue,
} from '../../../../src/core/redaction/redact.ts'

const X = '[redacted]'
/** The secrets of the examples. */
const SECRET = /hunter2|s3cr|wJalr|Ym9i/

const linesOf = (name: string) =>
  readFileSync(new URL(`redaction-examples/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))

const pairs = linesOf('redacted.txt').join('\n').split('\n  => ').join('\0').split('\n')

describe('secrets are taken out, and what is around them stays', () => {
  test.each(pairs.map((pair) => pair.split('\0')))('%s', (text = '', expected) => {
    expect(text).toMatch(SECRET)
    const safe = redactText(text)
    expect(safe).not.toMatch(SECRET)
    expect(safe).toBe(expected)
    expect(redactText(safe), 'redacting again changes nothing').toBe(safe)
  })
})

describe('what is no secret stays', () => {
  test.each(linesOf('untouched.txt'))('%s', (text) => {
    expect(redactText(text)).toBe(text)
  })
})

test('private keys go whole, also those that are cut', () => {
  const key = '-----BEGIN RSA PRIVATE KEY----- MIIE -----END RSA PRIVATE KEY-----'
  expect(redactText(`echo ${key} done`)).toBe(`echo ${X} done`)
  expect(redactText('echo -----BEGIN OPENSSH PRIVATE KEY----- b3Bl and cut')).toBe(`echo ${X}`)
  expect(redactText(`{"key":"${key.replaceAll(' MIIE ', '\\nMIIE\\n')}"}`)).toBe(`{"key":"${X}"}`)
})

test('a label that is called a secret is one whole', () => {
  expect(redactNamed('com.example.db.password', 'any thing')).toBe(X)
  expect(redactNamed('traefik.middlewares.basicauth.users', 'bob:$apr1$x')).toBe(X)
  expect(redactNamed('org.opencontainers.image.authors', 'bob')).toBe('bob')
  expect(redactNamed('backup.url', 's3://key:abc@host')).toBe(`s3://key:${X}@host`)
})

test('a member that is called a secret is one whole, whatever it holds', () => {
  const sent = {
    auth: { user: 'bob', words: ['hunter2'] },
    apiKey: 1234567,
    password: '',
    tokens: [],
    secure: true,
    token: null,
    list: ['PASSWORD=hunter2', { 'X-Api-Key': 'hunter2' }],
    name: 'web',
  }
  expect(redactValue(sent)).toEqual({
    auth: X,
    apiKey: X,
    password: '',
    tokens: [],
    secure: true,
    token: null,
    list: [`PASSWORD=${X}`, { 'X-Api-Key': X }],
    name: 'web',
  })
})

test('what is nested too deep, and a text that is too long, is kept in short and redacted', () => {
  const deep = JSON.parse(`${'['.repeat(40)}"PASSWORD=hunter2"${']'.repeat(40)}`)
  const long = `PASSWORD=hunter2 ${'x'.repeat(100_000)}`
  const safe = redactValue({ deep, long })
  expect(JSON.stringify(safe)).not.toMatch(SECRET)
  expect(safe).toMatchObject({ long: { bytes: long.length } })
})

test('a name loses only what has the form of a secret', () => {
  expect(redactName('token-service:prod')).toBe('token-service:prod')
  expect(redactName('mysql -phunter2')).toBe('mysql -phunter2')
  expect(redactName('https://bob:hunter2@host/a')).toBe(`https://bob:${X}@host/a`)
  expect(redactName(`ghp_${'a1B2'.repeat(9)}`)).toBe(X)
})
