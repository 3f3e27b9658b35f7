import { expect } from 'vitest'
import { jsonOf } from './waybill-process.ts'

/** Sends a request with a token that may write and read. */
type Request = (path: string, init?: RequestInit) => Promise<Response>

/** Sends one event of this actor, and finds it: the shortest way through journal and store. */
export async function sendAndFind(request: Request, actor: string): Promise<void> {
  const sent = await request('/v1/events', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ action: 'image.push', actor: { name: actor } }),
  })
  expect(sent.status).toBe(201)
  expect(await actionsOf(request, actor)).toEqual(['image.push'])
}

/** The actions of the events of this actor, newest first. */
export async function actionsOf(request: Request, actor: string): Promise<readonly string[]> {
  const page = request(`/v1/events?actor=${actor}`)
  const { events } = await jsonOf<{ events: { action: string }[] }>(page)
  return events.map(({ action }) => action)
}
