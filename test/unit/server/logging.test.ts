import { expect, test } from 'vitest'
import { withoutSecrets } from '../../../src/server/logging.ts'

test.each([
  ['/v1/sources/distribution/hub?token=abc', '/v1/sources/distribution/hub?token=[redacted]'],
  ['/a?x=1&TOKEN=abc&y=2', '/a?x=1&TOKEN=[redacted]&y=2'],
  ['/a?password=a%26b#c', '/a?password=[redacted]#c'],
  ['/a?tokens=3&q=token', '/a?tokens=3&q=token'],
])('%s is logged as %s', (url, logged) => {
  expect(withoutSecrets(url)).toBe(logged)
})
