import { expect, test } from 'vitest'
import { readLogParameters, readLogPath } from '../../../../src/dialects/quay/parameters.ts'

test('the first value of a repeated parameter counts, and empty is absent', () => {
  const query = { starttime: ['01/02/2020', '03/04/2020'], endtime: '', performer: ['', 'x'] }
  expect(readLogParameters(query)).toEqual({
    dates: { starttime: '01/02/2020', endtime: undefined },
    performer: undefined,
    nextPage: undefined,
  })
})

test('what is no query has no parameters', () => {
  for (const query of [undefined, null, 'starttime=1']) {
    expect(readLogParameters(query).dates).toEqual({ starttime: undefined, endtime: undefined })
  }
})

test.each([
  ['user', 'logs', { operation: 'logs' }],
  ['user', 'x/logs', undefined],
  ['user', '/logs', undefined],
  ['user', 'logs/', undefined],
  ['organization', 'acme/logs', { operation: 'logs', namespace: 'acme' }],
  ['organization', 'logs', undefined],
  ['organization', '/logs', undefined],
  ['organization', 'a/b/logs', undefined],
  ['repository', 'acme/app/logs', { operation: 'logs', namespace: 'acme', repository: 'app' }],
  ['repository', 'a/b/c/logs', { operation: 'logs', namespace: 'a', repository: 'b/c' }],
  ['repository', 'a/logs/logs', { operation: 'logs', namespace: 'a', repository: 'logs' }],
  ['repository', 'app/logs', undefined],
  ['repository', 'acme//app/logs', undefined],
  ['repository', 'acme/app/logs/', undefined],
  ['repository', '', undefined],
] as const)('the %s path %j is read as it is routed', (subjectKind, path, expected) => {
  expect(readLogPath(subjectKind, path)).toEqual(expected)
})
