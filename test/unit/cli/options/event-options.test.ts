import { expect, it } from 'vitest'
import { eventOfOptions } from '../../../../src/cli/options/event-options.ts'

const NOTHING = {
  category: undefined,
  actor: undefined,
  'actor-kind': undefined,
  namespace: undefined,
  repository: undefined,
  tag: undefined,
  digest: undefined,
  target: undefined,
  'target-type': undefined,
  outcome: undefined,
  level: undefined,
  ip: undefined,
  message: undefined,
  time: undefined,
  id: undefined,
  tenant: undefined,
}

it('an event of options keeps numbers in its details that no double can hold', () => {
  const details = '{"n":12345678901234567890,"m":[1e400,0.1]}'
  expect(eventOfOptions({ ...NOTHING, action: 'image.push', details }).details).toEqual({
    n: '12345678901234567890',
    m: ['1e400', 0.1],
  })
})
