import { Check } from 'typebox/schema'
import { expect, test } from 'vitest'
import {
  type FilterParameters,
  filterParameters,
  readFilter,
} from '../../../../src/dialects/native/events/filter-parameters.ts'
import { SharedSchemas } from '../../../../src/server/api-document/shared-schemas.ts'

const TIMES = [
  ...['2026-11-22', '2026-11-22T08:00:00Z', '2026-11-22t08:00:00.123456789+05:30', '1969-01-01'],
  ...['2026-02-29', '2024-02-29', '2026-11-22T24:00:00Z', '2026-11-22T08:00:00', '2026-11', 'now'],
  ...['2026-11-22 08:00:00Z', '20261122', '2026-11-22T08:00Z', '', '2026-13-01', '2026-11-31'],
]
const ACTIONS = [
  'image.push',
  'tag.*',
  'image',
  'Image.push',
  'a.b.c',
  'image.push?',
  'x.é',
  'a-b.c',
]
const PATHS = ['app', 'team/app', 'App', 'a//b', '..', 'a/../b', 'a%2fb', 'a\\b', '/a', 'a/', 'é']
const ADDRESSES = ['10.0.0.1', '::1', '2001:db8::1', '10.0.0', '10.0.0.1/8', '10.0.0.1:80', 'x']
const TEXTS = ['word', 'two words', '...', '*', 'app*', 'a?', 'é', '-', ' ', '日本', '😀', '*é']

const VALUES: { readonly [Name in keyof FilterParameters]: readonly string[] } = {
  from: TIMES,
  to: TIMES,
  action: ACTIONS,
  '-action': ACTIONS,
  repository: PATHS,
  '-repository': PATHS,
  ip: ADDRESSES,
  '-ip': ADDRESSES,
  q: TEXTS,
  '-q': TEXTS,
}

test('a filter of the API document takes the values that the server takes', () => {
  for (const [name, values] of Object.entries(VALUES)) {
    const checked = Reflect.get(filterParameters, name)
    const documented = Object(new SharedSchemas().shared(checked))
    for (const value of values) {
      const given = checked.type === 'array' ? [value] : value
      const isAccepted = Check(checked, given) && isRead({ [name]: given })
      expect([name, value, Check(documented, given)]).toEqual([name, value, isAccepted])
    }
  }
})

function isRead(parameters: FilterParameters): boolean {
  try {
    readFilter(parameters, { tenants: 'all', conditions: [] })
    return true
  } catch {
    return false
  }
}
