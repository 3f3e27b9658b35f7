import type { JsonObject, JsonValue } from '../../core/event/event.ts'
import { isJsonObject } from '../../core/json/json.ts'
import { canonicalIp } from '../../core/values/ip-address.ts'
import { fittingMembers } from '../bodies/fitting-members.ts'
import { addressIn } from './client-address.ts'

/**
 * What the registry sent beyond the fields of an event, under its own names: members of the item
 * and its target at the top level, the other parts under theirs. Only empty members and those that
 * a field holds in full are left out.
 *
 * @param others members of the envelope besides its events.
 */
export function detailsOf(item: JsonObject, others: JsonObject): JsonObject {
  const { target, request, actor, source, ...itself } = item
  const parts: Members = {
    ...without(itself, ['id', 'timestamp', 'action']),
    request: isJsonObject(request) ? requestDetails(request) : request,
    actor: isJsonObject(actor) ? without(actor, ['name']) : actor,
    source,
    envelope: others,
  }
  if (!isJsonObject(target)) return storable({ ...parts, target })
  const stated = filled({ ...renamed(target), ...targetDetails(target) })
  const isTaken = (key: string) => Object.hasOwn(parts, key) || key === 'target'
  const open = Object.entries(stated).filter(([key]) => !isTaken(key))
  const taken = Object.entries(stated).filter(([key]) => isTaken(key))
  return storable({ ...parts, ...Object.fromEntries(open), target: Object.fromEntries(taken) })
}

type Members = { readonly [key: string]: JsonValue | undefined }

function storable(members: Members): JsonObject {
  return fittingMembers(filled(members))
}

/**
 * Leaves out the members that have a field of their own, if they are strings; a value of another
 * type fits no field.
 */
function without(members: JsonObject, fields: readonly string[]): JsonObject {
  const left = Object.entries(members).filter(
    ([key, value]) => !fields.includes(key) || typeof value !== 'string',
  )
  return filled(Object.fromEntries(left))
}

/** The address is kept when a field cannot hold all of it: a host, a zone, `@`. */
function requestDetails(request: JsonObject): JsonObject {
  const ip = addressIn(request['addr'])
  const isPlain = ip !== undefined && canonicalIp(ip) !== undefined
  return without(request, isPlain ? ['addr', 'useragent'] : ['useragent'])
}

/**
 * Leaves out `length` where it repeats `size`, and `repository` where the fields hold all of it.
 */
function targetDetails(target: JsonObject): JsonObject {
  const { repository, size, length } = target
  const isSplit = typeof repository === 'string' && /^[^/]+\/[^/]/.test(repository)
  const rest = without(target, ['tag', 'digest', ...(isSplit ? ['repository'] : [])])
  if (length !== size || length === undefined) return rest
  const { length: _repeated, ...others } = rest
  return others
}

/** Both paths of a renamed repository, so that searches find them. */
function renamed({ rename }: JsonObject): Members {
  return isJsonObject(rename) ? { from: rename['from'], to: rename['to'] } : {}
}

/** Leaves out empty members. */
function filled(members: Members): JsonObject {
  const kept = Object.entries(members).filter((entry): entry is [string, JsonValue] => {
    const [, value] = entry
    if (isJsonObject(value)) return Object.keys(value).length > 0
    return value !== undefined && value !== null && value !== ''
  })
  return Object.fromEntries(kept)
}
