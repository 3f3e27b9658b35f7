import type { JsonValue } from '../../../core/event/event.ts'

/** Longest text, in characters; longer ones end in dots. */
const LENGTH_MAX = 500

/** A JSON value as Python's `repr` writes it, because Quay's messages contain that form. */
export function pythonText(value: JsonValue): string {
  const text = reprOf(value)
  return text.length > LENGTH_MAX ? `${text.slice(0, LENGTH_MAX)}...` : text
}

function reprOf(value: JsonValue): string {
  if (value === null) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[${value.map(reprOf).join(', ')}]`
  const members = Object.entries(value).map(([key, one]) => `${quoted(key)}: ${reprOf(one)}`)
  return `{${members.join(', ')}}`
}

/** In single quotes, unless the text contains those but no double ones. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replaceAll(/[\p{Cc}]/gu, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return `${quote}${escaped}${quote}`
}
