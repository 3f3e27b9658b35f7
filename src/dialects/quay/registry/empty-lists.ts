import type { JsonObject } from '../../../core/event/event.ts'
import { sendJson } from '../api/json.ts'
import type { LogOperation } from '../log/operations.ts'
import type { SubjectKind } from '../parameters.ts'

/**
 * What Quay's pages list of an organization or a user and Waybill does not keep, by the last
 * segment of the path: each is answered as an empty list to callers that may read the log.
 */
const LISTS: Readonly<Record<string, readonly [kinds: readonly SubjectKind[], body: JsonObject]>> =
  {
    robots: [['user', 'organization'], { robots: [] }],
    members: [['organization'], { members: [] }],
    collaborators: [['organization'], { collaborators: [] }],
    prototypes: [['organization'], { prototypes: [] }],
    applications: [['organization'], { applications: [] }],
  }

/** The operations that answer with these lists. */
export const EMPTY_LISTS: ReadonlyMap<string, LogOperation> = new Map(
  Object.entries(LISTS).map(([name, [subjectKinds, body]]) => [
    name,
    { method: 'GET', subjectKinds, answer: async ({ reply }) => sendJson(reply, body) },
  ]),
)
