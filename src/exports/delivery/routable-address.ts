import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** All globally routable unicast addresses of IPv6 (IANA, IPv6 Address Space). */
const GLOBAL_UNICAST_V6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3]

/**
 * Whether an address is public: not local, private, reserved or multicast, and not one that embeds
 * another address (mapped, NAT64, 6to4, Teredo). False for any other text.
 */
export function isRoutable(text: string): boolean {
  const address = parseAddress(text)
  if (address === undefined || address.range() !== 'unicast') return false
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_UNICAST_V6)
}

/** A block of addresses: `10.0.0.0/8`, or a single address. */
export interface AddressBlock {
  contains(address: string): boolean
}

/** Parses a block of addresses; undefined for any other text. */
export function readAddressBlock(text: string): AddressBlock | undefined {
  const [block, length] = readBlock(text) ?? []
  if (block === undefined || length === undefined) return undefined
  return {
    contains(address) {
      const parsed = parseAddress(address)
      if (parsed === undefined) return false
      if (parsed instanceof ipaddr.IPv4 && block instanceof ipaddr.IPv4) {
        return parsed.match([block, length])
      }
      return (
        parsed instanceof ipaddr.IPv6 &&
        block instanceof ipaddr.IPv6 &&
        parsed.match([block, length])
      )
    },
  }
}

function readBlock(text: string): readonly [Address, number] | undefined {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text)
  const address = parseAddress(text)
  if (address === undefined) return undefined
  return [address, address instanceof ipaddr.IPv4 ? 32 : 128]
}

function parseAddress(text: string): Address | undefined {
  // Only some programs accept a short form such as `127.1`, so it is rejected here.
  const isWhole = text.includes(':') || ipaddr.IPv4.isValidFourPartDecimal(text)
  return isWhole && ipaddr.isValid(text) ? ipaddr.parse(text) : undefined
}
