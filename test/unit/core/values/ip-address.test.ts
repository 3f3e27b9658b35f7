import { expect, it } from 'vitest'
import { canonicalIp } from '../../../../src/core/values/ip-address.ts'

it.each([
  ['10.0.0.9', '10.0.0.9'],
  ['::ffff:10.0.0.9', '10.0.0.9'],
  ['2001:DB8:0:0::1', '2001:db8::1'],
  ['0:0:0:0:0:0:0:1', '::1'],
])('%s has the one text %s, so that a filter finds it', (text, canonical) => {
  expect(canonicalIp(text)).toBe(canonical)
})

it.each(['', '10.0.0', '10.0.0.9:80', '[::1]', 'fe80::1%eth0', 'localhost'])(
  '%j is no address',
  (text) => {
    expect(canonicalIp(text)).toBeUndefined()
  },
)
