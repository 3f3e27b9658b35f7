import type { JsonObject } from '../../../core/event/event.ts'
import { jsonSender } from '../../api/json.ts'

/** Sends JSON as Opsera does. */
export const sendJson = jsonSender<JsonObject>({
  text: JSON.stringify,
  contentType: 'application/json; charset=utf-8',
})
