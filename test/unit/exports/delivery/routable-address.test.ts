import { expect, test } from 'vitest'
import { isRoutable, readAddressBlock } from '../../../../src/exports/delivery/routable-address.ts'

test.each([
  '8.8.8.8',
  '1.1.1.1',
  '172.15.255.255',
  '172.32.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '198.17.255.255',
  '223.255.255.255',
  '2606:4700::1111',
  '2a00:1450:4001:81c::200e',
])('%s is of the public internet', (address) => {
  expect(isRoutable(address)).toBe(true)
})

test.each([
  // This network, this machine, private networks, carriers, links.
  ...['0.0.0.0', '0.1.2.3', '127.0.0.1', '127.255.255.254', '10.0.0.1', '172.16.0.1'],
  ...['172.31.255.255', '192.168.1.1', '100.64.0.1', '100.127.255.255', '169.254.169.254'],
  // Protocol assignments, documentation, 6to4 relays, benchmarks, multicast, reserved, broadcast.
  ...['192.0.0.8', '192.0.2.1', '198.51.100.7', '203.0.113.9', '192.88.99.1', '198.18.0.1'],
  ...['198.19.255.255', '224.0.0.1', '239.255.255.250', '240.0.0.1', '255.255.255.255'],
  // The same in IPv6, and every form that carries another address.
  ...['::', '::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'fc00::1', 'fd12:3456::1', 'ff02::1'],
  ...['::ffff:8.8.8.8', '::ffff:127.0.0.1', '::ffff:7f00:1', '::7f00:1', '::127.0.0.1'],
  ...['64:ff9b::7f00:1', '64:ff9b::808:808', '64:ff9b:1::1', '2002:7f00:1::', '2001::1'],
  ...['2001:db8::1', '3fff::1', '100::1', '2001:2::1', '2001:10::1', '2001:20::1', '5f00::1'],
  ...['4000::1', 'e000::1', '::ffff:0:127.0.0.1'],
  // No addresses, or addresses to some programs alone.
  ...['', 'localhost', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '8.8.8', '8.8.8.8:80'],
])('%s is not', (address) => {
  expect(isRoutable(address)).toBe(false)
})

test('a block holds its addresses, and an address itself', () => {
  const block = readAddressBlock('10.1.0.0/16')
  expect(block?.contains('10.1.255.1')).toBe(true)
  expect(block?.contains('10.2.0.1')).toBe(false)
  expect(block?.contains('::ffff:10.1.0.1')).toBe(false)
  expect(block?.contains('fd00::1')).toBe(false)
  expect(readAddressBlock('fd00::/8')?.contains('fd12::1')).toBe(true)
  expect(readAddressBlock('127.0.0.1')?.contains('127.0.0.1')).toBe(true)
  expect(readAddressBlock('127.0.0.1')?.contains('127.0.0.2')).toBe(false)
})

test.each(['example.com', '10.0.0.0/33', '', '10.1/16x'])('%s is no block', (text) => {
  expect(readAddressBlock(text)).toBeUndefined()
})
