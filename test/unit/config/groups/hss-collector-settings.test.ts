import { expect, test } from 'vitest'
import { hssProblem } from '../../../../src/config/groups/hss-collector-settings.ts'

const url = 'https://hss.example.com/'

test('requests are signed, or carry a token', () => {
  expect(hssProblem({ url, accessKey: 'AK', secretKeyFile: 'f' })).toBeUndefined()
  expect(hssProblem({ url, tokenFile: 'f' })).toBeUndefined()
  expect(hssProblem({ url })).toBe('expected one of accessKey and tokenFile')
  expect(hssProblem({ url, accessKey: 'AK', tokenFile: 'f' })).toBeDefined()
})

test('a secret key stands in one place, beside its access key', () => {
  expect(hssProblem({ url, accessKey: 'AK' })).toContain('expected one of secretKey')
  expect(hssProblem({ url, accessKey: 'AK', secretKey: 'x', secretKeyFile: 'f' })).toBeDefined()
  expect(hssProblem({ url, tokenFile: 'f', secretKey: 'x' })).toContain('needs its accessKey')
})

test('a url holds no credentials', () => {
  const withUser = 'https://user:secret@hss.example.com/'
  expect(hssProblem({ url: withUser, tokenFile: 'f' })).toContain('without a user')
})
