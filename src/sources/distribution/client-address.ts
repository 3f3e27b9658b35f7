import type { JsonValue } from '../../core/event/event.ts'
import { addressWithoutZone, canonicalIp } from '../../core/values/ip-address.ts'

/**
 * Extracts the address from `192.0.2.1:46490`, `[2001:db8::1]:46490`, or either without a port; an
 * IPv6 address may have a zone. Returns undefined for a host name, and for `@`, a Unix socket.
 */
export function addressIn(addr: JsonValue | undefined): string | undefined {
  if (typeof addr !== 'string') return undefined
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(addr)?.[1]
  const address = bracketed ?? (isAddress(addr) ? addr : addr.replace(/:\d+$/, ''))
  return isAddress(address) ? address : undefined
}

function isAddress(text: string): boolean {
  return canonicalIp(text) !== undefined || addressWithoutZone(text) !== undefined
}
