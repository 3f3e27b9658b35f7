import { jsonSender } from '../../api/json.ts'
import { jsonText, type WrittenObject } from '../entries/stored-json.ts'

/** Sends JSON as Quay does: with a trailing line feed, and a media type without a charset. */
export const sendJson = jsonSender<WrittenObject>({ text: (body) => `${jsonText(body)}\n` })
