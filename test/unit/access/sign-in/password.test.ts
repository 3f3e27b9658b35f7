import { expect, test } from 'vitest'
import { hashPassword, verifyPassword } from '../../../../src/access/sign-in/password.ts'

test('a password is verified by its hash, and by no other', async () => {
  const stored = await hashPassword('correct horse')
  expect(stored).toMatch(/^\$scrypt\$ln=15,r=8,p=1\$[^$]+\$[^$]+$/)
  expect(await verifyPassword('correct horse', stored)).toBe(true)
  expect(await verifyPassword('correct horsf', stored)).toBe(false)
  expect(await verifyPassword('', stored)).toBe(false)
})

test('equal passwords have different hashes', async () => {
  expect(await hashPassword('a')).not.toBe(await hashPassword('a'))
})

test('who has no password, or one that cannot be read, is never matched', async () => {
  expect(await verifyPassword('', undefined)).toBe(false)
  expect(await verifyPassword('', '')).toBe(false)
  // Cheaper parameters than our own would be a way to make guessing cheap.
  const weak = (await hashPassword('a')).replace('ln=15', 'ln=1')
  expect(await verifyPassword('a', weak)).toBe(false)
})

test('the two ways to write an accented letter are one password', async () => {
  expect(await verifyPassword('e\u0301', await hashPassword('\u00e9'))).toBe(true)
})
