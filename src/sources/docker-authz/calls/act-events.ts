import type { NewEvent } from '../../../core/event/new-event.ts'
import { MESSAGE_LENGTH_MAX } from '../../../core/limits.ts'
import { recordableText } from '../../../core/values/recordable-text.ts'
import { type Act, translateAct } from '../translate.ts'

/** The event for a request recorded before it is allowed; its outcome is still open. */
export function pendingEvent(act: Act, number: string): NewEvent {
  return numbered({ ...translateAct(act), level: 'info', outcome: 'pending' }, number)
}

/** The event for a request that was denied because it could not be recorded. */
export function deniedEvent(act: Act, number: string, reason: string): NewEvent {
  const event = translateAct(act)
  const message = `Denied because it could not be recorded: ${event.message}`
  return {
    ...numbered(event, number),
    level: 'warn',
    outcome: 'denied',
    message: recordableText(message, MESSAGE_LENGTH_MAX),
    details: { ...event.details, requestId: number, reason },
  }
}

/** An event with the request number that all events of one request share. */
export function numbered(event: NewEvent, number: string | undefined): NewEvent {
  if (number === undefined) return event
  return { ...event, details: { ...event.details, requestId: number } }
}
