import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { CALLBACK_ADDRESSES_MAX, CALLBACK_URL_LENGTH_MAX } from '../limits.ts'
import { type AddressBlock, isRoutable, readAddressBlock } from './routable-address.ts'

/** Resolves a host to all its addresses, as the system does. Rejects when it has none. */
export type Resolver = (host: string) => Promise<readonly string[]>

/** The destinations that are allowed although they are not public. */
export interface CallbackPolicy {
  isHostAllowed(host: string): boolean
  isAddressAllowed(address: string): boolean
}

/** The destination of a callback: a URL with the checked addresses of its host. */
export interface CallbackTarget {
  readonly url: URL
  readonly addresses: readonly string[]
}

/** A URL that callbacks may not use. The message is for the user that gave the URL. */
export class CallbackRefusal extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CallbackRefusal'
  }
}

/** The resolver of the system: hosts file and DNS. */
export const systemResolver: Resolver = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address)

/** @param allowed host names, addresses and blocks of addresses. */
export function createCallbackPolicy(allowed: readonly string[]): CallbackPolicy {
  const blocks: AddressBlock[] = []
  const hosts = new Set<string>()
  for (const text of allowed) {
    const block = readAddressBlock(text)
    if (block === undefined) hosts.add(canonicalHost(text))
    else blocks.push(block)
  }
  return {
    isHostAllowed: (host) => hosts.has(host),
    isAddressAllowed: (address) => blocks.some((block) => block.contains(address)),
  }
}

/**
 * Resolves the destination of a callback, and refuses destinations that are not public. It is
 * called when the URL is given and again for every request, since names can change their addresses.
 *
 * @throws CallbackRefusal that says why, but not what a name resolves to.
 */
export async function resolveCallback(
  text: string,
  policy: CallbackPolicy,
  resolver: Resolver,
): Promise<CallbackTarget> {
  const url = readUrl(text)
  const host = canonicalHost(url.hostname)
  const addresses = await resolve(host, resolver)
  if (policy.isHostAllowed(host)) return { url, addresses }
  const isAllowed = (address: string) => isRoutable(address) || policy.isAddressAllowed(address)
  // An internal name is refused unless it resolves to an explicitly allowed address.
  const isRefused = isInternalName(host)
    ? !addresses.every((address) => policy.isAddressAllowed(address))
    : !addresses.every(isAllowed)
  if (isRefused) throw new CallbackRefusal('Invalid callback URL')
  return { url, addresses }
}

function readUrl(text: string): URL {
  if (text.length > CALLBACK_URL_LENGTH_MAX) throw new CallbackRefusal('Invalid callback URL')
  const scheme = (/^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1] ?? '').toLowerCase()
  if (scheme !== 'http' && scheme !== 'https') {
    throw new CallbackRefusal(`Invalid URL scheme '${scheme}': only HTTP and HTTPS are allowed`)
  }
  // The URL standard drops some of these; mails, logs and events cannot hold the others.
  if (/\p{Cc}/u.test(text) || !text.isWellFormed()) {
    throw new CallbackRefusal('Invalid callback URL')
  }
  // The URL standard would read `path` as the host in `http:///path` and `http:path`.
  const authority = /^\w+:\/\/([^/?#\\]*)/.exec(text)?.[1] ?? ''
  if (authority.includes('@')) {
    throw new CallbackRefusal('URLs with embedded credentials are not allowed')
  }
  if (authority === '' || authority.startsWith(':')) {
    throw new CallbackRefusal('URL must include a hostname')
  }
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) throw new CallbackRefusal('Invalid callback URL')
  if (url.username !== '' || url.password !== '') {
    throw new CallbackRefusal('URLs with embedded credentials are not allowed')
  }
  return url
}

async function resolve(host: string, resolver: Resolver): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host]
  let addresses: readonly string[] = []
  let cause: unknown
  try {
    addresses = await resolver(host)
  } catch (error) {
    cause = error
  }
  if (addresses.length > 0) return addresses.slice(0, CALLBACK_ADDRESSES_MAX)
  throw new CallbackRefusal(`Cannot resolve hostname '${host}'`, { cause })
}

/** Names of this machine, of a cluster, or of a cloud's metadata services. */
function isInternalName(host: string): boolean {
  return (
    /^(?:metadata|kubernetes)/.test(host) || /(?:^|\.)localhost$|\.(?:internal|local)$/.test(host)
  )
}

/** Lower case, without IPv6 brackets and without the trailing dot of a full name. */
function canonicalHost(host: string): string {
  const name = host.toLowerCase().replace(/\.$/, '')
  return name.startsWith('[') ? name.slice(1, -1) : name
}
