import { parseReportedEvent } from '../core/boundary/parse-reported-event.ts'
import type { Draft } from '../core/event/draft.ts'
import type { NewEvent } from '../core/event/new-event.ts'
import type { Clock } from '../core/time/timestamp.ts'
import { OWN_SOURCE_KIND } from '../core/values/source-name.ts'
import type { Append } from './append/append.ts'

/** An event that Waybill itself saw or did, in the tenant that it concerns. */
export interface OwnEvent extends Omit<NewEvent, 'source' | 'tenant'> {
  readonly tenant: string
  /** Its name, if it may be recorded again after a refusal: then it is stored once. */
  readonly eventId?: string
}

/**
 * Where Waybill writes what happens to it and through it: sign-ins, exports, gaps in a source.
 * These are events of the ledger like any other.
 */
export interface AuditTrail {
  /**
   * Resolves once the event is durable. Rejects as `Append` does; whether an act may go on when it
   * cannot be recorded is for its caller to decide.
   */
  record(event: OwnEvent): Promise<void>
}

/** Where an event of Waybill's own comes from: the instance, and its clock. */
interface OwnReception {
  readonly origin: string
  readonly clock: Clock
}

/** An event of Waybill's own, to be appended. */
export function ownDraft({ eventId, ...event }: OwnEvent, { origin, clock }: OwnReception): Draft {
  const named = eventId === undefined ? event : { ...event, source: { eventId } }
  return parseReportedEvent(named, {
    receivedMicros: clock(),
    tenant: event.tenant,
    anyTenant: true,
    source: { kind: OWN_SOURCE_KIND, name: origin },
  })
}

/** An audit trail that ends in a ledger. */
export function createAuditTrail(options: OwnReception & { readonly append: Append }): AuditTrail {
  return {
    async record(event) {
      await options.append({ drafts: [ownDraft(event, options)] })
    },
  }
}
