import { expect, test } from 'vitest'
import { catalogueCategory } from '../../../../src/core/event/action-catalogue.ts'
import { capturedCalls, HeardPlugin } from './captured.ts'

const ID = '45a60534b42a7176cb106c8a63bb84557c85e01e8fa9214874e08053835c8322'

async function heard() {
  const plugin = new HeardPlugin()
  const events = await plugin.hear(...capturedCalls())
  return { plugin, events: JSON.parse(JSON.stringify(events)) }
}

test('each of the twenty calls is read, and each act is one event', async () => {
  const { plugin, events } = await heard()
  expect(capturedCalls()).toHaveLength(20)
  expect(plugin.troubles).toEqual([])
  expect(plugin.translations.flatMap(({ deadLetters }) => deadLetters)).toEqual([])
  const told = events.map((event: (typeof events)[number]) => [
    event.action,
    event.actor?.name ?? null,
    event.outcome,
    event.details.status ?? null,
  ])
  expect(told).toEqual([
    ['container.create', 'alice', 'success', 201],
    ['container.start', 'alice', 'success', 204],
    ['container.attach', 'alice', 'unknown', null],
    ['image.delete', 'alice', 'unknown', null],
    ['volume.create', null, 'success', 201],
    ['volume.delete', null, 'success', 204],
  ])
})

test('what changes nothing is counted and no event', async () => {
  const { plugin } = await heard()
  const skipped = plugin.translations.filter((one) => Object.keys(one.skipped).length > 0)
  // Three pings, and a wait for the end of the container.
  expect(skipped.map((one) => one.skipped)).toEqual(
    Array(4).fill({ 'request that changes nothing': 1 }),
  )
})

test('every action is one of the catalogue, in its category', async () => {
  for (const event of (await heard()).events) {
    expect(catalogueCategory(event.action)).toBe(event.category)
  }
})

test('one event in whole', async () => {
  const { events } = await heard()
  expect(events[1]).toEqual({
    ...{ id: expect.any(String), time: expect.any(String), received: expect.any(String) },
    tenant: 'default',
    source: { kind: 'docker-authz', name: 'host1' },
    action: 'container.start',
    nativeAction: 'POST /containers/{container}/start',
    category: 'container',
    level: 'info',
    outcome: 'success',
    actor: { kind: 'user', name: 'alice' },
    target: { type: 'container', id: ID },
    client: { userAgent: 'Docker-Client/28.2.2 (linux)' },
    message: 'alice asked Docker to start container 45a60534b42a',
    details: {
      method: 'POST',
      path: `/containers/${ID}/start`,
      status: 204,
      authentication: 'TLS',
      certificate: 'CN=alice, O=team-a',
    },
  })
})

test('no body, no key and no certificate is kept', async () => {
  const text = JSON.stringify((await heard()).events)
  for (const secret of ['via-authz', 'busybox', 'CERTIFICATE', 'LS0t', 'payments']) {
    expect(text).not.toContain(secret)
  }
})
