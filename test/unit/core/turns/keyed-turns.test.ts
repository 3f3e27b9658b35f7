import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeyedTurns } from '../../../../src/core/turns/keyed-turns.ts'

test('work with a key in common never overlaps, keeps its order, and all of it ends', async () => {
  const call = fc.record({
    keys: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }),
    ticks: fc.integer({ min: 0, max: 3 }),
    fails: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 12 }), async (calls) => {
      const turns = new KeyedTurns()
      const running = new Set<string>()
      const order = new Map<string, number[]>()
      const work = async (index: number) => {
        const { keys = [], ticks = 0, fails } = calls[index] ?? {}
        for (const key of keys) {
          expect(running).not.toContain(key)
          running.add(key)
          order.set(key, [...(order.get(key) ?? []), index])
        }
        for (let tick = 0; tick < ticks; tick += 1) await new Promise(setImmediate)
        for (const key of keys) running.delete(key)
        if (fails) throw new Error(`${index}`)
        return index
      }
      const ends = await Promise.allSettled(
        calls.map(({ keys }, index) => turns.run(keys, () => work(index))),
      )
      for (const [index, end] of ends.entries()) {
        if (calls[index]?.fails) expect(end).toMatchObject({ reason: new Error(`${index}`) })
        else expect(end).toEqual({ status: 'fulfilled', value: index })
      }
      for (const indexes of order.values()) {
        expect(indexes).toEqual([...indexes].sort((one, other) => one - other))
      }
    }),
  )
})

test('work without a key in common does not wait', async () => {
  const turns = new KeyedTurns()
  let release: () => void = () => undefined
  const first = turns.run(['a'], () => new Promise<void>((resolve) => (release = resolve)))
  await turns.run(['b'], async () => undefined)
  release()
  await first
})
