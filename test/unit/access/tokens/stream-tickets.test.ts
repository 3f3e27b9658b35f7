import { beforeEach, describe, expect, test } from 'vitest'
import type { Principal } from '../../../../src/access/directory/principal.ts'
import {
  createStreamTickets,
  STREAM_TICKET_AGE_MS_MAX,
  STREAM_TICKET_IDLE_MS_MAX,
  STREAM_TICKETS,
  type StreamTickets,
} from '../../../../src/access/tokens/stream-tickets.ts'

const TOKEN = 'the text of a token'

function principal(tokenId: string, tenant: string | null = 'red'): Principal {
  const rights = { roles: [], grants: [], scopes: ['events:read'] as const }
  return { userId: 'u', name: 'reader', kind: 'user', tenant, tokenId, ...rights }
}

let nowMs = 0
let tickets: StreamTickets
beforeEach(() => {
  nowMs = Date.UTC(2026, 10, 30)
  tickets = createStreamTickets(() => nowMs * 1000)
})

const issue = () => tickets.issue(TOKEN, principal('t1')).ticket

describe('a ticket stands for its token', () => {
  test('until it is not connected with in time', () => {
    const { ticket, expiresMicros } = tickets.issue(TOKEN, principal('t1'))
    expect(expiresMicros).toBe((nowMs + STREAM_TICKET_IDLE_MS_MAX) * 1000)
    nowMs += STREAM_TICKET_IDLE_MS_MAX - 1
    expect(tickets.tokenOf(ticket)).toBe(TOKEN)
    nowMs += 1
    expect(tickets.tokenOf(ticket)).toBeUndefined()
  })

  test('while it is connected with, and for a while after each connection', () => {
    const ticket = issue()
    for (let count = 0; count < 3; count += 1) {
      const disconnected = tickets.connect(ticket, () => undefined)
      nowMs += 10 * STREAM_TICKET_IDLE_MS_MAX
      expect(tickets.tokenOf(ticket)).toBe(TOKEN)
      disconnected()
      nowMs += STREAM_TICKET_IDLE_MS_MAX - 1
      expect(tickets.tokenOf(ticket)).toBe(TOKEN)
    }
    nowMs += 1
    expect(tickets.tokenOf(ticket)).toBeUndefined()
  })

  test('but no new connection after its whole time', () => {
    const ticket = issue()
    tickets.connect(ticket, () => undefined)
    nowMs += STREAM_TICKET_AGE_MS_MAX - 1
    expect(tickets.tokenOf(ticket)).toBe(TOKEN)
    nowMs += 1
    expect(tickets.tokenOf(ticket)).toBeUndefined()
  })

  test('and no other text does', () => {
    const ticket = issue()
    const swapped = ticket.slice(20) + ticket.slice(0, 20)
    const others = ['', TOKEN, ticket.slice(0, -1), `${ticket}x`, swapped, ticket.toLowerCase()]
    for (const text of others) expect(tickets.tokenOf(text), text).toBeUndefined()
  })
})

test('a new connection ends the one before, whose end then means nothing', () => {
  const ticket = issue()
  const ended: string[] = []
  const firstClosed = tickets.connect(ticket, () => ended.push('first'))
  tickets.connect(ticket, () => ended.push('second'))
  expect(ended).toEqual(['first'])
  firstClosed()
  nowMs += 2 * STREAM_TICKET_IDLE_MS_MAX
  expect(tickets.tokenOf(ticket)).toBe(TOKEN)
})

test('tickets are bounded, by token and tenant; those that are over do not count', () => {
  const { callerMax, tenantMax } = STREAM_TICKETS
  for (let index = 0; index < callerMax; index += 1) issue()
  expect(issue).toThrow(expect.objectContaining({ code: 'request.too-many' }))
  for (let index = callerMax; index < tenantMax; index += 1) {
    tickets.issue(TOKEN, principal(`other ${Math.floor(index / callerMax)}`))
  }
  const lastOfTenant = () => tickets.issue(TOKEN, principal('last'))
  expect(lastOfTenant).toThrow(expect.objectContaining({ code: 'request.too-many' }))
  tickets.issue(TOKEN, principal('of another tenant', 'blue'))
  nowMs += STREAM_TICKET_IDLE_MS_MAX
  lastOfTenant()
})
