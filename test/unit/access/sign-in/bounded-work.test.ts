import { expect, test } from 'vitest'
import { BoundedWork } from '../../../../src/access/sign-in/bounded-work.ts'

test('only so much runs at once, the rest in order, and a failure makes room too', async () => {
  const work = new BoundedWork({ runningMax: 2, waitingMax: 3 })
  const started: number[] = []
  const ends: (() => void)[] = []
  const runs = [0, 1, 2, 3, 4].map((number) =>
    work.run(async () => {
      started.push(number)
      await new Promise<void>((resolve) => ends.push(resolve))
      if (number === 0) throw new Error('this one fails')
    }),
  )
  runs[0]?.catch(() => undefined)
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  await settle()
  expect(started).toEqual([0, 1])
  expect(work.isFull).toBe(true)
  for (const expected of [
    [0, 1, 2],
    [0, 1, 2, 3],
    [0, 1, 2, 3, 4],
  ]) {
    ends.shift()?.()
    await settle()
    expect(started).toEqual(expected)
  }
  expect(work.isFull).toBe(false)
  for (const end of ends) end()
  await expect(runs[0]).rejects.toThrow('this one fails')
  await Promise.all(runs.slice(1))
})
