import type { JsonObject } from '../../../core/event/event.ts'

/** An event, stored or about to be. */
interface Detailed {
  readonly details?: JsonObject | undefined
}

/** Where the boundary keeps the values that it left out, by their JSON pointers. */
const AS_SENT = 'asSent'
const ADDRESS_POINTER = '/client/ip'

/** The client's address as it was sent, if an event could not hold it unchanged. */
export function sentAddressOf(event: Detailed): string | undefined {
  const address = asSentOf(event)?.[ADDRESS_POINTER]
  return typeof address === 'string' ? address : undefined
}

/** The vendor's own fields of an event, without the boundary's additions. */
export function vendorDetailsOf(event: Detailed): JsonObject | undefined {
  if (event.details === undefined || asSentOf(event) === undefined) return event.details
  const { [AS_SENT]: _asSent, ...details } = event.details
  return details
}

/** Undefined when there is none; a vendor's own member of this name has no JSON pointers. */
function asSentOf({ details }: Detailed): JsonObject | undefined {
  const value = details?.[AS_SENT]
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const sent: JsonObject = Object.fromEntries(Object.entries(value))
  const pointers = Object.keys(sent)
  return pointers.length > 0 && pointers.every((one) => one === '' || one.startsWith('/'))
    ? sent
    : undefined
}
