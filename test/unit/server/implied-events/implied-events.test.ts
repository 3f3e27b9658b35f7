import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { Fault } from '../../../../src/core/errors.ts'
import { BATCH_EVENTS_MAX } from '../../../../src/core/limits.ts'
import { LOOKUP_MS_MAX } from '../../../../src/server/implied-events/implied-events.ts'
import { SkippedEvents, webhookSkipping } from '../../../../src/sources/skipped-events.ts'
import {
  digestOf,
  openRegistries,
  type Registries,
  type Registry,
  START_MICROS,
  type Step,
} from './implied-registry.ts'

let registries: Registries
let registry: Registry

beforeAll(async () => {
  registries = await openRegistries()
})

beforeEach(() => {
  registry = registries.next()
})

afterAll(() => registries.close())

let pushes = 0
const step = (more: Partial<Step> = {}): Step => ({
  ...{ id: `p${pushes++}`, registry: 'reg1', repository: 'team/app', action: 'push' },
  ...{ tag: '1', digest: 'a', second: pushes },
  ...more,
})

describe('what pushes imply', () => {
  test('a push of another digest moves the tag, with the actor and time of the push', async () => {
    const first = step()
    const second = step({ digest: 'b' })
    await registry.deliver(first)
    expect(await registry.deliver(second)).toMatchObject({ accepted: 2, duplicates: 0 })
    const [push, move] = registry.events.slice(-2)
    expect(move).toMatchObject({
      ...{ action: 'tag.move', category: 'image', level: 'info', outcome: 'success' },
      ...{ nativeAction: 'push', time: push?.time, actor: push?.actor, client: push?.client },
      target: { ...push?.target, type: 'tag', digest: digestOf('b') },
      details: { digestBefore: digestOf('a'), derivedFrom: second.id },
      message: 'alice moved team/app:1 from sha256:aaaaaaaaaaaa to sha256:bbbbbbbbbbbb',
      source: { kind: 'distribution', name: 'reg1', eventId: `${second.id}#tag.move` },
    })
  })

  test('the first push to a repository is an event of the repository', async () => {
    const first = step({ tag: undefined, digest: 'b' })
    await registry.deliver(step({ tag: undefined, blob: true }), first, step(), step({ tag: '2' }))
    expect(registry.implied).toEqual([`repository.create of ${first.id}`])
    expect(registry.events.find(({ action }) => action === 'repository.create')).toMatchObject({
      target: { type: 'repository', namespace: 'team', repository: 'app' },
      message: 'alice made the first push to team/app',
      details: { derivedFrom: first.id },
    })
  })

  test('a repository that was pulled from before was not made by a push', async () => {
    await registry.deliver(step({ action: 'pull' }))
    await registry.deliver(step())
    expect(registry.implied).toEqual([])
  })

  test('a tag that was deleted meanwhile was not moved', async () => {
    await registry.deliver(step(), step({ action: 'delete' }), step({ digest: 'b' }))
    registry.restart()
    await registry.deliver(step({ action: 'delete' }))
    registry.restart()
    await registry.deliver(step({ digest: 'c' }))
    expect(registry.implied).toEqual([expect.stringContaining('repository.create')])
  })

  test.each([['with'], ['without']])(
    'a repository that was deleted and is pushed to again is new, %s a memory of it',
    async (memory) => {
      await registry.deliver(step())
      await registry.deliver(step({ action: 'delete', tag: undefined, digest: '' }))
      if (memory === 'without') registry.restart()
      const again = step({ digest: 'b' })
      const other = step({ tag: '2' })
      await registry.deliver(again)
      await registry.deliver(other, step({ tag: '2' }))
      expect(registry.implied.slice(1)).toEqual([`repository.create of ${again.id}`])
    },
  )

  test('of a repository that was deleted, no tag is moved by a later push', async () => {
    await registry.deliver(step(), step({ tag: '2' }))
    await registry.deliver(step({ action: 'delete', tag: undefined, digest: '' }))
    await registry.deliver(step())
    registry.restart()
    await registry.deliver(step({ tag: '2', digest: 'b' }))
    expect(registry.implied.filter((one) => one.includes('tag.move'))).toEqual([])
  })

  test('a deletion of a repository that comes again deletes nothing made after it', async () => {
    const first = step()
    const deletion = step({ action: 'delete', tag: undefined, digest: '' })
    await registry.deliver(first, deletion)
    const again = step()
    await registry.deliver(again)
    const moves = step({ digest: 'b' })
    await registry.deliver(deletion, moves)
    expect(registry.implied.slice(1)).toEqual([
      `repository.create of ${again.id}`,
      `tag.move of ${moves.id}: a>b`,
    ])
  })

  test('of pushes at one time the one stored last counts, and repeats do not', async () => {
    const [first, second, third] = [
      step({ second: 100 }),
      step({ digest: 'b', second: 100 }),
      step({ digest: 'c', second: 100 }),
    ]
    await registry.deliver(first, second)
    await registry.deliver(first)
    await registry.deliver(third)
    await registry.deliver(second)
    expect(registry.implied.slice(1)).toEqual([
      `tag.move of ${second.id}: a>b`,
      `tag.move of ${third.id}: b>c`,
    ])
  })

  test.each([
    ['of the time of the push after it', 1],
    ['without a time', undefined],
  ])('a deletion %s is no deletion again when it is repeated', async (_, second) => {
    const deletion = step({ action: 'delete', second })
    await registry.deliver(step({ second: 0 }), deletion)
    await registry.deliver(step({ second: second ?? 300_000 }))
    await registry.deliver(deletion)
    const moves = step({ digest: 'b', second: 400_000 })
    await registry.deliver(deletion, moves)
    expect(registry.implied.slice(1)).toEqual([`tag.move of ${moves.id}: a>b`])
    registry.restart()
    const movesAgain = step({ digest: 'c', second: 400_001 })
    await registry.deliver(deletion, movesAgain)
    expect(registry.implied.slice(2)).toEqual([`tag.move of ${movesAgain.id}: b>c`])
  })

  test('a push without a time counts when it is received, and its repeats do not', async () => {
    const first = step({ second: undefined })
    const second = step({ digest: 'b', second: undefined })
    for (const one of [first, second, first, second]) await registry.deliver(one)
    expect(registry.implied.slice(1)).toEqual([`tag.move of ${second.id}: a>b`])
  })

  test('a push that arrives late is compared with what was before it', async () => {
    await registry.deliver(step({ second: 100 }), step({ second: 300, digest: 'c' }))
    const late = step({ second: 200, digest: 'b' })
    registry.asked.length = 0
    await registry.deliver(late)
    // What came after it is not read.
    const toMicros = START_MICROS + 200_000_001
    expect(registry.asked[0]).toMatchObject({ filter: { toMicros } })
    expect(registry.implied.at(-1)).toBe(`tag.move of ${late.id}: a>b`)
    const next = step({ second: 400, digest: 'd' })
    await registry.deliver(next)
    expect(registry.implied.at(-1)).toBe(`tag.move of ${next.id}: c>d`)
  })
})

describe('the store', () => {
  test('is not asked about tags that are remembered', async () => {
    await registry.deliver(step())
    const { length } = registry.asked
    await registry.deliver(step({ digest: 'b' }))
    await registry.deliver(step({ digest: 'c' }), step({ digest: 'd' }))
    expect(registry.asked).toHaveLength(length)
    expect(registry.implied).toHaveLength(4)
  })

  test('is asked once about all tags of a delivery', async () => {
    const tags = Array.from({ length: 50 }, (_, index) => `v${index}`)
    await registry.deliver(...tags.map((tag) => step({ tag })))
    registry.restart()
    registry.asked.length = 0
    await registry.deliver(...tags.map((tag) => step({ tag, digest: 'b' })))
    expect(registry.implied).toHaveLength(51)
    const ofTags = registry.asked.filter(({ filter }) => JSON.stringify(filter).includes('"tag"'))
    expect(ofTags).toHaveLength(1)
  })

  test('finds a tag behind many pushes of another one', async () => {
    const tags = Array.from({ length: 300 }, () => 'latest')
    const [first, rare] = [step(), step({ digest: 'b' })]
    await registry.deliver(first, ...tags.map((tag) => step({ tag })))
    registry.restart()
    await registry.deliver(step({ tag: 'latest' }), rare)
    expect(registry.implied.slice(1)).toEqual([`tag.move of ${rare.id}: a>b`])
  })

  test.each([
    ['cannot answer', async () => Promise.reject(new Fault('store.unavailable'))],
    ['fails in another way', async () => Promise.reject(new Error('no such column'))],
    ['has too much to do', async () => Promise.reject(new Fault('request.too-many'))],
  ])('that %s costs what pushes imply, never the push, and is logged once', async (_, fails) => {
    await registry.deliver(step())
    registry.restart()
    registry.trouble = fails
    expect(await registry.deliver(step({ digest: 'b' }))).toMatchObject({ accepted: 1 })
    expect(await registry.deliver(step({ digest: 'c' }))).toMatchObject({ accepted: 1 })
    expect(registry.warnings).toHaveLength(1)
    const counted = 'waybill_source_pushes_not_compared_total{source="distribution"} 2'
    expect(await registry.metrics.text()).toContain(counted)

    registry.trouble = () => undefined
    const next = step({ digest: 'd' })
    await registry.deliver(next)
    expect(registry.implied.slice(1)).toEqual([`tag.move of ${next.id}: c>d`])
  })

  test('that is silent is waited for a bounded time, and then left alone for a while', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    try {
      registry.trouble = () => new Promise(() => undefined)
      const pushing = registry.deliver(step())
      while (registry.asked.length === 0) await new Promise(setImmediate)
      await vi.advanceTimersByTimeAsync(LOOKUP_MS_MAX)
      expect(await pushing).toMatchObject({ accepted: 1 })
      registry.asked.length = 0
      expect(await registry.deliver(step({ tag: '2' }))).toMatchObject({ accepted: 1 })
      expect(registry.asked).toEqual([])
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('a delivery', () => {
  test('that was not stored is of a new repository when it comes again', async () => {
    const push = step()
    registry.files.nextFates = ['fail']
    await expect(registry.deliver(push)).rejects.toThrow()
    await registry.deliver(push)
    expect(registry.implied).toEqual([`repository.create of ${push.id}`])
  })

  test.each([['fail'], ['write half and fail'], ['write and fail']] as const)(
    'whose write did %s implies the same when it comes again, and so does the next',
    async (fate) => {
      await registry.deliver(step())
      const [push, next] = [step({ digest: 'b' }), step({ digest: 'c' })]
      registry.files.nextFates = [fate]
      await expect(registry.deliver(push)).rejects.toThrow()
      // Registries repeat a refused delivery before the next one.
      await registry.deliver(push)
      await registry.deliver(next)
      await registry.deliver(push)
      const moves = [`tag.move of ${push.id}: a>b`, `tag.move of ${next.id}: b>c`]
      expect(registry.implied.slice(1)).toEqual(moves)
    },
  )

  test('that implies more events than one append takes is stored with all of them', async () => {
    const length = BATCH_EVENTS_MAX / 2 + 1
    const steps = Array.from({ length }, (_, index) =>
      step({ digest: index % 2 === 0 ? 'a' : 'b' }),
    )
    expect(await registry.deliver(...steps)).toMatchObject({
      accepted: 2 * length,
      deadLetters: 0,
    })
    expect(registry.implied).toHaveLength(length)
  })

  test('leaves out what a rule of the installation leaves out', async () => {
    const skips = new SkippedEvents([
      { name: 'moves', source: 'distribution/*', action: ['tag.move'] },
    ])
    registry.source = webhookSkipping(registry.source, skips)
    await registry.deliver(step(), step({ digest: 'b' }))
    expect(registry.implied).toEqual([expect.stringContaining('repository.create')])
    expect(skips.counts()).toEqual([{ rule: 'moves', source: 'distribution/reg1', events: 1 }])
  })

  test('of an item without a repository, a tag or a digest implies nothing untrue', async () => {
    await registry.deliver(step())
    const odd = [
      step({ repository: '' }),
      step({ repository: 'UPPER/../x' }),
      step({ tag: 'x'.repeat(600) }),
      step({ digest: 'not-hex-' }),
      step({ digest: 'b' }),
    ]
    await registry.deliver(...odd)
    expect(registry.implied.filter((one) => one.includes('tag.move'))).toEqual([])
  })
})
