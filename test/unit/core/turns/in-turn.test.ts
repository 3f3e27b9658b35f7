import { expect, test } from 'vitest'
import { createTurns } from '../../../../src/core/turns/in-turn.ts'

test('work begins when the work before it has ended, also when that failed', async () => {
  const inTurn = createTurns()
  const steps: string[] = []
  const work = (name: string, fails: boolean) => async () => {
    steps.push(`${name} begins`)
    await Promise.resolve()
    steps.push(`${name} ends`)
    if (fails) throw new Error(name)
    return name
  }
  const ends = await Promise.allSettled([
    inTurn(work('a', false)),
    inTurn(work('b', true)),
    inTurn(work('c', false)),
  ])
  expect(steps).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]))
  expect(ends).toMatchObject([{ value: 'a' }, { reason: { message: 'b' } }, { value: 'c' }])
})
