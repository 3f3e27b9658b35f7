import { expect, test } from 'vitest'
import { COLLECTOR } from '../../../../../src/dialects/hss/collect/settings.ts'

const common = { name: 'main', everySeconds: 300, tenant: undefined }
const problemOf = (values: object, url = 'https://hss.example.com/') =>
  COLLECTOR.list.check({ ...common, url, ...values })

test('requests are signed, or carry a token', () => {
  expect(problemOf({ accessKey: 'AK', secretKeyFile: 'f' })).toBeUndefined()
  expect(problemOf({ tokenFile: 'f' })).toBeUndefined()
  const either = 'expected one of accessKey and tokenFile'
  expect(problemOf({})).toBe(either)
  expect(problemOf({ accessKey: 'AK', secretKeyFile: 'f', tokenFile: 'f' })).toBe(either)
})

test('a secret key has one place, and belongs to an access key', () => {
  expect(problemOf({ accessKey: 'AK' })).toContain('expected one of secretKey')
  expect(problemOf({ accessKey: 'AK', secretKey: 'x', secretKeyFile: 'f' })).toBeDefined()
  expect(problemOf({ tokenFile: 'f', secretKey: 'x' })).toContain('needs its accessKey')
})

test('a url holds no credentials', () => {
  const withUser = 'https://user:secret@hss.example.com/'
  expect(problemOf({ tokenFile: 'f' }, withUser)).toContain('without a user')
})
