import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CheckpointPublisher } from '../../../../src/ledger/checkpoint/checkpoint-publisher.ts'
import { SigningKeys } from '../../../../src/ledger/checkpoint/signing-keys.ts'
import { CHECKPOINT_INTERVAL_MS, CHECKPOINT_RETRY_MS } from '../../../../src/ledger/limits.ts'

const HOUR_MS = 3_600_000
const ROOT_HASH = Buffer.alloc(32, 7)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A publisher of a ledger that grows when it is told to, with what it has saved. */
function publisherOf({ intervalMs = HOUR_MS, save = async () => {} } = {}) {
  const saved: string[] = []
  const troubles: unknown[] = []
  let size = 1
  const publisher = new CheckpointPublisher({
    keys: SigningKeys.make('logs.example.com/waybill'),
    head: () => ({ size, rootHash: ROOT_HASH }),
    last: undefined,
    save: async (text) => {
      await save()
      saved.push(text)
    },
    onTrouble: (error) => troubles.push(error),
    intervalMs,
  })
  const grow = (bySize = 1) => {
    size += bySize
    publisher.grown()
  }
  const sizes = () => saved.map((text) => Number(text.split('\n')[1]))
  return { publisher, grow, sizes, troubles }
}

describe('checkpoints of a growing ledger', () => {
  test('are made once an interval, over everything that came in it', async () => {
    const { grow, sizes } = publisherOf()
    await vi.advanceTimersByTimeAsync(0)
    grow(2)
    grow(3)
    await vi.advanceTimersByTimeAsync(HOUR_MS - 1)
    expect(sizes()).toEqual([1])
    await vi.advanceTimersByTimeAsync(1)
    expect(sizes()).toEqual([1, 6])
  })

  test('are made within a second where a caller waits, however long the interval is', async () => {
    const { publisher, grow, sizes } = publisherOf()
    await vi.advanceTimersByTimeAsync(0)
    grow()
    const covering = publisher.covering(1, 10 * CHECKPOINT_INTERVAL_MS)
    await vi.advanceTimersByTimeAsync(CHECKPOINT_INTERVAL_MS)
    expect((await covering)?.size).toBe(2)
    grow()
    await vi.advanceTimersByTimeAsync(CHECKPOINT_INTERVAL_MS)
    expect(sizes(), 'no caller waits any more').toEqual([1, 2])
  })

  test('that a caller waits for before the event is there come a second after it', async () => {
    const { publisher, grow } = publisherOf()
    await vi.advanceTimersByTimeAsync(0)
    const covering = publisher.covering(1, 10 * CHECKPOINT_INTERVAL_MS)
    await vi.advanceTimersByTimeAsync(CHECKPOINT_INTERVAL_MS)
    grow()
    await vi.advanceTimersByTimeAsync(0)
    expect((await covering)?.size).toBe(2)
  })

  test('are given up by those who wait in vain', async () => {
    const { publisher } = publisherOf()
    const covering = publisher.covering(1, CHECKPOINT_INTERVAL_MS)
    await vi.advanceTimersByTimeAsync(CHECKPOINT_INTERVAL_MS)
    expect(await covering).toBeUndefined()
  })

  test('that cannot be saved are not published, reported once, and tried again', async () => {
    let failures = 2
    const save = async () => {
      failures -= 1
      if (failures >= 0) throw new Error('no space left on device')
    }
    const { publisher, sizes, troubles } = publisherOf({ save })
    await vi.advanceTimersByTimeAsync(0)
    expect(publisher.latest).toBeUndefined()
    expect(publisher.isFailing).toBe(true)
    await vi.advanceTimersByTimeAsync(CHECKPOINT_RETRY_MS)
    expect(troubles).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(CHECKPOINT_RETRY_MS)
    expect(sizes()).toEqual([1])
    expect(publisher.isFailing).toBe(false)
  })

  test('cover the last events when the ledger is closed', async () => {
    const { publisher, grow, sizes } = publisherOf()
    await vi.advanceTimersByTimeAsync(0)
    grow(4)
    await publisher.close()
    expect(sizes()).toEqual([1, 5])
  })
})
