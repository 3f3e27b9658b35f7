import { createHash } from 'node:crypto'
import type { Clock } from '../../core/time/timestamp.ts'
import { askerOf } from '../../core/turns/asker.ts'
import { Quota, type QuotaLimits } from '../../core/turns/quota.ts'
import type { Principal } from '../directory/principal.ts'
import { createSecretBox } from './secret-box.ts'
import { mintToken, secretMatches, tokenLookupId } from './token.ts'

/** Tickets that can be used at once. */
export const STREAM_TICKETS = {
  what: 'tickets for streams',
  callerMax: 64,
  tenantMax: 512,
  allMax: 2048,
  retryAfterSeconds: 30,
} as const satisfies QuotaLimits
/** How long a ticket may be without a connection, before the first one and between them, ms. */
export const STREAM_TICKET_IDLE_MS_MAX = 60_000
/** How long after it was issued a ticket may be connected with, ms. */
export const STREAM_TICKET_AGE_MS_MAX = 12 * 60 * 60 * 1000

/** A ticket as it is answered: its text is shown once. */
interface IssuedTicket {
  readonly ticket: string
  /** Until when it has to be connected with, microseconds since the epoch. */
  readonly expiresMicros: number
}

/**
 * Tickets for clients that cannot send a header, as browsers' `EventSource`: each stands for the
 * token that it was issued to, in one place, for one connection at a time. They are kept in memory,
 * so a restart ends them, and of each only a hash; its token is sealed with the ticket itself.
 */
export interface StreamTickets {
  /** @throws Fault `request.too-many`. */
  issue(token: string, principal: Principal): IssuedTicket
  /** The token that a ticket stands for; undefined when it is unknown or its time is over. */
  tokenOf(ticket: string): string | undefined
  /**
   * Uses a ticket for a connection; one that used it before is ended, since a client that connects
   * again may be here before its old connection is known to be broken.
   *
   * @param end ends the new connection.
   * @returns says that the connection has ended.
   */
  connect(ticket: string, end: () => void): () => void
}

interface KnownTicket {
  readonly secretSha256: Buffer
  readonly sealedToken: string
  /** From when on it can no longer be connected with. */
  readonly lastMicros: number
  readonly leave: () => void
  /** Ends its connection; absent when it has none. */
  end?: (() => void) | undefined
  /** Until when it may be without a connection. */
  idleUntilMicros: number
}

/** Tickets of one server. */
export function createStreamTickets(clock: Clock): StreamTickets {
  const quota = new Quota(STREAM_TICKETS)
  const tickets = new Map<string, KnownTicket>()

  const isOver = ({ end, idleUntilMicros, lastMicros }: KnownTicket, now: number) =>
    end === undefined && (now >= idleUntilMicros || now >= lastMicros)

  const sweep = (now: number) => {
    for (const [id, ticket] of tickets) {
      if (!isOver(ticket, now)) continue
      tickets.delete(id)
      ticket.leave()
    }
  }

  const find = (text: string): KnownTicket | undefined => {
    const ticket = tickets.get(tokenLookupId(text) ?? '')
    const now = clock()
    if (!secretMatches(text, ticket?.secretSha256) || ticket === undefined) return undefined
    return isOver(ticket, now) || now >= ticket.lastMicros ? undefined : ticket
  }

  return {
    issue(token, principal) {
      const now = clock()
      sweep(now)
      const leave = quota.enter(askerOf(principal))
      const { text, lookupId, secretSha256 } = mintToken()
      const expiresMicros = now + STREAM_TICKET_IDLE_MS_MAX * 1000
      tickets.set(lookupId, {
        secretSha256: Buffer.from(secretSha256, 'hex'),
        sealedToken: boxOf(text).seal(token),
        lastMicros: now + STREAM_TICKET_AGE_MS_MAX * 1000,
        idleUntilMicros: expiresMicros,
        leave,
      })
      return { ticket: text, expiresMicros }
    },
    tokenOf(text) {
      const ticket = find(text)
      return ticket === undefined ? undefined : boxOf(text).open(ticket.sealedToken)
    },
    connect(text, end) {
      const ticket = find(text)
      if (ticket === undefined) return () => undefined
      ticket.end?.()
      ticket.end = end
      return () => {
        if (ticket.end !== end) return
        ticket.end = undefined
        ticket.idleUntilMicros = clock() + STREAM_TICKET_IDLE_MS_MAX * 1000
      }
    },
  }
}

function boxOf(ticket: string) {
  return createSecretBox(createHash('sha256').update(ticket).digest(), 'stream ticket')
}
