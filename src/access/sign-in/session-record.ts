import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { JsonObject } from '../../core/event/event.ts'
import { isJsonObject } from '../../core/json/json.ts'
import type { RecordStore } from '../record-store.ts'

const Form = Type.Object({
  id: Type.String(),
  user: Type.String(),
  dialect: Type.String(),
  passwordMark: Type.String(),
  startedAt: Type.String(),
  usedAt: Type.String(),
})

/** The record of a session, of kind `session`, under the SHA-256 of its token; `user` is an id. */
export type SessionRecord = Static<typeof Form> & { readonly data: JsonObject }

/** Every session, ended ones too. One that cannot be read is left out: its user signs in again. */
export async function loadSessions(records: RecordStore): Promise<readonly SessionRecord[]> {
  const bodies = (await records.load('session')).map(({ body }) => body)
  return bodies.flatMap((body) => {
    const data = body['data']
    if (!Value.Check(Form, body) || !isJsonObject(data)) return []
    const { id, user, dialect, passwordMark, startedAt, usedAt } = body
    return [{ id, user, dialect, passwordMark, startedAt, usedAt, data }]
  })
}
