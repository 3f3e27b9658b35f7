import { isIP, SocketAddress } from 'node:net'

const MAPPED = '::ffff:'

/** An IPv6 address with a zone (RFC 4007 section 11), which may be any word. */
const ZONED = /^(?<address>[^%]+)%[^\s\p{C}]+$/u

/**
 * The canonical text of an IPv4 or IPv6 address (RFC 5952); undefined for any other text. An IPv4
 * address seen through an IPv6 socket (`::ffff:10.0.0.9`) becomes the IPv4 address.
 */
export function canonicalIp(text: string): string | undefined {
  const version = isIP(text)
  if (version === 4) return text
  // A zone (`fe80::1%eth0`) names an interface of the machine that saw the address.
  if (version === 0 || text.includes('%')) return undefined
  const { address } = new SocketAddress({ address: text, family: 'ipv6' })
  const isMapped = address.startsWith(MAPPED) && isIP(address.slice(MAPPED.length)) === 4
  return isMapped ? address.slice(MAPPED.length) : address
}

/** The canonical address in a text such as `fe80::1%eth0`; undefined for any other text. */
export function addressWithoutZone(text: string): string | undefined {
  const address = ZONED.exec(text)?.groups?.['address']
  return address !== undefined && isIP(address) === 6 ? canonicalIp(address) : undefined
}
