import { expect, test } from 'vitest'
import type { ContainerView } from '../../../../../src/dialects/container-station/containers/container-view.ts'
import type {
  ContainerQuery,
  Look,
} from '../../../../../src/dialects/container-station/containers/containers.ts'
import { SharedLooks } from '../../../../../src/dialects/container-station/containers/shared-looks.ts'
import { callerNamed, StationModel } from '../station-context.ts'

const VIEW: ContainerView = { id: 'a', name: 'web', state: 'running', isLive: false, json: {} }
const QUERY: ContainerQuery = { caller: callerNamed('alice'), type: 'docker', name: 'web' }

test('a lookup that clients share reads for all of them, not just for the first', async () => {
  const { events } = new StationModel()
  const turns: (() => void)[] = []
  const looks: Look[] = []
  const find = async (_query: ContainerQuery, look: Look) => {
    looks.push(look)
    await new Promise<void>((resolve) => turns.push(resolve))
    return VIEW
  }
  const signal = new AbortController().signal
  const shared = new SharedLooks({ find }, { events, usage: 'unmeasured', signal })
  const first = shared.look(QUERY)
  const next = [shared.look(QUERY), shared.look(QUERY)]
  for (const turn of turns.splice(0)) turn()
  expect(await first).toBe(VIEW)
  await new Promise(setImmediate)
  for (const turn of turns.splice(0)) turn()
  expect(await Promise.all(next)).toEqual([VIEW, VIEW])
  expect(looks.map((look) => look.events === events)).toEqual([true, true])
})
