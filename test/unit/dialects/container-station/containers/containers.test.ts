import { expect, test } from 'vitest'
import { Containers } from '../../../../../src/dialects/container-station/containers/containers.ts'
import type { ContainerType } from '../../../../../src/dialects/container-station/parameters.ts'
import { callerNamed, StationModel } from '../station-context.ts'

const ALICE = callerNamed('alice')
const CONTAINERS = new Containers({ engines: [], defaultTenant: 'default' })
const ID = 'a'.repeat(64)
const WEB = { type: 'container', id: ID, name: 'web' }

function lookIn({ events }: StationModel) {
  return { events, signal: new AbortController().signal }
}

function find(station: StationModel, name: string, type: ContainerType = 'docker') {
  return CONTAINERS.find({ caller: ALICE, type, name }, lookIn(station))
}

function list(station: StationModel) {
  return CONTAINERS.list(ALICE, lookIn(station))
}

test.each(['failure', 'denied', 'pending'] as const)(
  'any number of acts that ended in %s hides no container',
  async (outcome) => {
    const station = new StationModel()
    station.add({ action: 'container.start', category: 'container', target: WEB })
    const deleted = { action: 'container.delete', category: 'container', target: WEB } as const
    station.add(...Array.from({ length: 60 }, () => ({ ...deleted, outcome })))
    expect(await find(station, 'web')).toMatchObject({ state: 'running' })
    expect(await find(station, ID.slice(0, 12))).toMatchObject({ state: 'running' })
    expect(await list(station)).toMatchObject([{ name: 'web', state: 'running' }])
  },
)

test.each(['lxc', 'lxd'] as const)('a target of type %s is such a container', async (type) => {
  const station = new StationModel()
  const start = { action: 'container.start', category: 'container' } as const
  station.add(
    { ...start, target: { type, name: 'ubuntu1' } },
    { ...start, target: { type, id: 'no-name' } },
    { ...start, target: { type, id: 'another' } },
  )
  expect(await find(station, 'ubuntu1', type)).toMatchObject({ json: { type, name: 'ubuntu1' } })
  expect(await find(station, 'ubuntu1')).toBeUndefined()
  expect((await list(station)).map(({ json }) => [json['name'], json['type']])).toEqual([
    ['another', type],
    ['no-name', type],
    ['ubuntu1', type],
  ])
})

test('the type in the details goes before that of the target', async () => {
  const station = new StationModel()
  station.add({
    action: 'container.start',
    target: { type: 'lxc', name: 'ubuntu1' },
    details: { type: 'lxd' },
  })
  expect(await find(station, 'ubuntu1', 'lxd')).toBeDefined()
  expect(await find(station, 'ubuntu1', 'lxc')).toBeUndefined()
})
