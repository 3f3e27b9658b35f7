import { expect, test } from 'vitest'
import { goneCheck, inRequest } from '../../../src/core/asker.ts'
import { Fault } from '../../../src/core/errors.ts'
import type { ContainerView } from '../../../src/dialects/container-station/container-view.ts'
import type { ContainerQuery } from '../../../src/dialects/container-station/containers.ts'
import { SharedLooks } from '../../../src/dialects/container-station/shared-looks.ts'
import { callerNamed } from './station-context.ts'

const VIEW: ContainerView = { id: 'a', name: 'web', state: 'running', isLive: false, json: {} }
const QUERY: ContainerQuery = { caller: callerNamed('alice'), type: 'docker', name: 'web' }

test('a look that clients share goes on when the one that began it is gone', async () => {
  let isGone = false
  const turns: (() => void)[] = []
  const find = async () => {
    await new Promise<void>((resolve) => turns.push(resolve))
    // What the turns of queries ask.
    if (goneCheck()()) throw new Fault('request.timeout')
    return VIEW
  }
  const signal = new AbortController().signal
  const looks = new SharedLooks({ find }, { usage: 'unmeasured', signal })
  const lookIn = (isClientGone: () => boolean) =>
    new Promise<ContainerView | undefined>((resolve, reject) => {
      inRequest(isClientGone, () => void looks.look(QUERY).then(resolve, reject))
    })
  const first = lookIn(() => isGone)
  const next = [lookIn(() => isGone), lookIn(() => false)]
  isGone = true
  for (const turn of turns.splice(0)) turn()
  expect(await first).toBe(VIEW)
  await new Promise(setImmediate)
  for (const turn of turns.splice(0)) turn()
  expect(await Promise.all(next)).toEqual([VIEW, VIEW])
})
