import { isMembers, type Members } from '../../core/json.ts'

/** One event as an engine writes it, in the form of the Docker Engine API. */
export interface NativeEvent {
  /** `container`, `image`, `network`, `volume`, … */
  readonly type: string
  /** The engine's own word: `create`, `exec_create`. */
  readonly word: string
  /** What stands behind the word: the command line of `exec_create: <command line>`. */
  readonly argument: string | undefined
  readonly actorId: string
  readonly attributes: Readonly<Record<string, string>>
  readonly scope: string | undefined
  /** Nanoseconds since the epoch, as decimal digits: no double holds them. */
  readonly timeNano: string
}

/** What a line holds: an event, or why it cannot be read. */
export type Envelope = { readonly event: NativeEvent } | { readonly unreadable: string }

/** Times from 2001 to 2286: others would be no nanoseconds. */
const TIME_NANO = /^[1-9]\d{18}$/

/** Opens a line of `GET /events`. It never throws. */
export function openEnvelope(line: Buffer): Envelope {
  const text = decode(line)
  const parsed = text === undefined ? undefined : parse(text)
  if (text === undefined || parsed === undefined) {
    return { unreadable: 'a line is not a JSON object in UTF-8' }
  }
  const { Type: type, Action: action, Actor: actor, scope } = parsed
  if (typeof type !== 'string' || type === '') return { unreadable: 'an event has no `Type`' }
  if (typeof action !== 'string' || action === '') return { unreadable: 'an event has no `Action`' }
  const timeNano = exactTimeNano(text, parsed['timeNano'])
  if (timeNano === undefined) return { unreadable: 'an event has no `timeNano` of nanoseconds' }
  const { ID: actorId, Attributes: attributes } = isMembers(actor) ? actor : {}
  const colon = action.indexOf(':')
  return {
    event: {
      type,
      word: colon === -1 ? action : action.slice(0, colon),
      argument: colon === -1 ? undefined : action.slice(colon + 1).trim(),
      actorId: typeof actorId === 'string' ? actorId : '',
      attributes: textsOf(attributes),
      scope: typeof scope === 'string' && scope !== '' ? scope : undefined,
      timeNano,
    },
  }
}

function decode(line: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(line)
  } catch {
    return undefined
  }
}

function parse(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isMembers(value) ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * The digits of `timeNano` as they stand in the text: the parser rounds them. A quote inside of a
 * string is escaped, so the pattern finds members alone; that of the event is the one which the
 * parser read.
 */
function exactTimeNano(text: string, rounded: unknown): string | undefined {
  for (const [, digits = ''] of text.matchAll(/"timeNano"\s*:\s*(\d+)/g)) {
    if (Number(digits) === rounded && TIME_NANO.test(digits)) return digits
  }
  return undefined
}

function textsOf(attributes: unknown): Readonly<Record<string, string>> {
  if (!isMembers(attributes)) return {}
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
}
