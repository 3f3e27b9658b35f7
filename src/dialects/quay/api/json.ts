import { jsonSender } from '../../api/json.ts'
import { jsonText, type WrittenObject } from '../entries/stored-json.ts'

/** Sends JSON as Quay does: a line feed at the end, and no charset with the media type. */
export const sendJson = jsonSender<WrittenObject>({ text: (body) => `${jsonText(body)}\n` })
