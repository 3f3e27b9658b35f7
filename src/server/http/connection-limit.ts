import { BlockList, isIPv6, type Server, type Socket } from 'node:net'
import ipaddr from 'ipaddr.js'
import { addressWithoutZone, canonicalIp } from '../../core/values/ip-address.ts'

/** Leading 16-bit groups of an IPv6 address that identify a client's network. */
const NETWORK_GROUPS = 4

/** How many connections an address may have. */
export interface ConnectionLimit {
  readonly addressConnectionsMax: number
  /** Addresses and ranges, such as proxies, that serve many clients and are not limited. */
  readonly exempt: readonly string[]
}

/**
 * Closes further connections of an address that has too many, before reading from them. An IPv6 /64
 * network counts as one address.
 */
export function limitConnections(server: Server, limit: ConnectionLimit): void {
  const exempt = blockListOf(limit.exempt)
  const open = new Map<string, number>()
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress
    if (address === undefined || isListed(exempt, address)) return
    const place = networkOf(address)
    const count = (open.get(place) ?? 0) + 1
    if (count > limit.addressConnectionsMax) {
      socket.destroy()
      return
    }
    open.set(place, count)
    socket.once('close', () => {
      const left = (open.get(place) ?? 1) - 1
      if (left > 0) open.set(place, left)
      else open.delete(place)
    })
  })
}

function blockListOf(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}

function isListed(list: BlockList, address: string): boolean {
  const plain = plainAddress(address)
  return list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
}

/**
 * The address without a zone, and without the IPv6 prefix that a dual-stack socket adds to IPv4.
 */
function plainAddress(address: string): string {
  return canonicalIp(address) ?? addressWithoutZone(address) ?? address
}

/** The key for counting connections: an IPv4 address, or the network of an IPv6 address. */
export function networkOf(address: string): string {
  const plain = plainAddress(address)
  if (!isIPv6(plain)) return plain
  const groups = ipaddr.IPv6.parse(plain).parts.slice(0, NETWORK_GROUPS)
  return `${groups.map((group) => group.toString(16)).join(':')}::/64`
}
