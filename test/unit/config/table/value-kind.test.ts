import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addressRange,
  listenAddress,
  wholeNumber,
  yesOrNo,
} from '../../../../src/config/table/value-kind.ts'

describe('listenAddress', () => {
  test('every IPv4 and IPv6 address with every port is read back as it was written', () => {
    const port = fc.integer({ min: 0, max: 65_535 })
    fc.assert(
      fc.property(fc.ipV4(), port, (host, port) => {
        expect(listenAddress.read(`${host}:${port}`)).toEqual({ host, port })
      }),
    )
    fc.assert(
      fc.property(fc.ipV6(), port, (host, port) => {
        expect(listenAddress.read(`[${host}]:${port}`)).toEqual({ host, port })
      }),
    )
  })

  test.each(['7480', ':7480', 'host', 'host:', 'host:65536', '::1:80', '[::1]', '[x]:1', 'a b:1'])(
    '%s is refused',
    (text) => {
      expect(listenAddress.read(text)).toBeUndefined()
    },
  )
})

describe('addressRange', () => {
  test.each(['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', '0.0.0.0/0'])('%s is one', (text) => {
    expect(addressRange.read(text)).toBe(text)
  })

  test.each(['', 'host', '10.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '::/129', 'true'])(
    '%j is none',
    (text) => {
      expect(addressRange.read(text)).toBeUndefined()
    },
  )
})

describe('numbers and switches', () => {
  test.each(['', ' 1', '1.5', '1e3', '-1', '0x10', '101'])('%j is no number up to 100', (text) => {
    expect(wholeNumber(0, 100).read(text)).toBeUndefined()
  })

  test.each(['yes', '1', 'TRUE', ''])('%j is neither true nor false', (text) => {
    expect(yesOrNo.read(text)).toBeUndefined()
  })
})
