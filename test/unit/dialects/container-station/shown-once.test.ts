import { expect, test } from 'vitest'
import { Containers } from '../../../../src/dialects/container-station/containers/containers.ts'
import { listLog } from '../../../../src/dialects/container-station/log/list-log.ts'
import { WallClock } from '../../../../src/dialects/container-station/log/wall-clock.ts'
import { listEvents } from '../../../../src/dialects/container-station/notices/list-events.ts'
import { readLogParameters } from '../../../../src/dialects/container-station/parameters.ts'
import { logFilter, visibilityOf } from '../../../../src/dialects/container-station/selection.ts'
import { callerNamed, StationModel } from './station-context.ts'

const ALICE = callerNamed('alice')
const WEB = { type: 'container', id: 'a'.repeat(64), name: 'web' }

/** What an engine told, and what its plugin told of who asked for it. */
function stationWithRequests(): StationModel {
  const station = new StationModel()
  const told = { source: { kind: 'engine', name: 'host1' }, actor: null }
  const asked = {
    source: { kind: 'docker-authz', name: 'host1' },
    actor: { kind: 'user', name: 'alice' },
  } as const
  const container = { category: 'container', target: WEB } as const
  const image = { category: 'image', target: { type: 'image', name: 'team/app:1' } } as const
  station.add(
    { ...told, ...container, action: 'container.create' },
    { ...asked, ...container, action: 'container.create' },
    { ...told, ...container, action: 'container.start' },
    { ...asked, ...container, action: 'container.start' },
    { ...told, ...image, action: 'image.pull' },
    { ...asked, ...image, action: 'image.pull' },
    { ...asked, category: 'system', action: 'engine.request' },
    // It did not come to that.
    { ...asked, ...container, action: 'container.delete', outcome: 'unknown' },
  )
  return station
}

test('an act is once in the log, however it is known who asked for it', async () => {
  const { events } = stationWithRequests()
  const filter = logFilter(visibilityOf(ALICE), new Map())
  const parameters = readLogParameters({ limit: '100' })
  const rows = await listLog(filter, parameters, { events, wallClock: new WallClock(0) })
  expect(rows.map(({ id, user }) => [id, user])).toEqual([
    [5, 'system'],
    [3, 'system'],
    [1, 'system'],
  ])
})

test('an act is once in the feed', async () => {
  const { messages } = await listEvents(
    ALICE,
    { index: 0, offset: undefined },
    stationWithRequests(),
  )
  expect(messages.map((message) => message.split(':', 2).join(':'))).toEqual([
    'image:system',
    'container:all',
    'container:all',
  ])
})

test('the state of a container is what its engine reported, not what was requested', async () => {
  const { events } = stationWithRequests()
  const containers = new Containers({ engines: [], defaultTenant: 'default' })
  const look = { events, signal: new AbortController().signal }
  const found = await containers.find({ caller: ALICE, type: 'docker', name: 'web' }, look)
  expect(found).toMatchObject({ state: 'running' })
  expect(await containers.list(ALICE, look)).toHaveLength(1)
})
