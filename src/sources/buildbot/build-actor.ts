import type { Actor, JsonValue } from '../../core/event/event.ts'
import { isJsonObject } from '../../core/json/json.ts'
import { statedText } from '../bodies/json-body.ts'

/**
 * The actor of a build with these properties: its requester, else the author of its first change,
 * else its scheduler.
 */
export function actorOf(properties: JsonValue | undefined): Partial<Actor> | null {
  if (!isJsonObject(properties)) return null
  // A property is a pair of its value and its origin.
  const propertyOf = (key: string): JsonValue | undefined => {
    const pair = properties[key]
    return Array.isArray(pair) ? pair[0] : undefined
  }
  const owners = propertyOf('owners')
  const owner =
    statedText(propertyOf('owner')) ??
    (Array.isArray(owners) ? owners.map(statedText).find((one) => one !== undefined) : undefined)
  if (owner !== undefined) return userOf(owner)
  const scheduler = statedText(propertyOf('scheduler'))
  return scheduler === undefined ? null : { name: scheduler, kind: 'service' }
}

/** `Alice <alice@example.com>`, as version control writes authors, or any other name. */
function userOf(owner: string): Partial<Actor> {
  const { name = '', email } =
    /^(?<name>[^<>]*)<(?<email>[^<>@\s]+@[^<>@\s]+)>$/.exec(owner)?.groups ?? {}
  if (email === undefined) return { name: owner, kind: 'user' }
  return { name: name.trim() || email, email, kind: 'user' }
}
