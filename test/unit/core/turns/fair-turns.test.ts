import { expect, test } from 'vitest'
import type { Asker } from '../../../../src/core/turns/asker.ts'
import { FairTurns, type TurnLimits } from '../../../../src/core/turns/fair-turns.ts'

const LIMITS: TurnLimits = {
  running: { callerMax: 1, tenantMax: 2, allMax: 3 },
  waiting: { callerMax: 5, tenantMax: 8, allMax: 12 },
  retryAfterSeconds: 2,
}

interface Work {
  readonly name: string
  readonly end: () => void
}

/** Work whose beginnings are listed and whose ends the test decides. */
class Bench {
  readonly begun: string[] = []
  readonly turns: FairTurns
  readonly #running: Work[] = []

  constructor(limits = LIMITS, nowMs = () => 0) {
    this.turns = new FairTurns(limits, nowMs)
  }

  ask(name: string, asker: Asker, isGone = () => false): Promise<void> {
    return this.turns.run(asker, isGone, async () => {
      this.begun.push(name)
      await new Promise<void>((end) => {
        this.#running.push({ name, end })
      })
    })
  }

  /** Ends the work that has run for longest, and lets the next begin. */
  async endOldest(): Promise<void> {
    this.#running.shift()?.end()
    await settled()
  }

  get running(): number {
    return this.#running.length
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise(setImmediate)
}

const of = (tenant: string, caller: string): Asker => ({ tenant, caller })

test('a tenant with twelve queries keeps no other tenant waiting', async () => {
  const bench = new Bench()
  const heavy = Array.from({ length: 5 }, (_, index) => bench.ask(`x${index}`, of('tx', 'one')))
  heavy.push(...Array.from({ length: 3 }, (_, index) => bench.ask(`y${index}`, of('tx', 'two'))))
  await settled()
  const page = bench.ask('page', of('tv', 'vera'))
  await settled()
  // One of each token of the tenant, and at once that of the other one.
  expect(bench.begun).toEqual(['x0', 'y0', 'page'])
  while (bench.running > 0) await bench.endOldest()
  await Promise.all([...heavy, page])
})

test('tenants take turns, then the callers of a tenant, then what came first', async () => {
  const bench = new Bench({ ...LIMITS, running: { callerMax: 1, tenantMax: 1, allMax: 1 } })
  const all = [
    ...['a1', 'a2', 'a3'].map((name) => bench.ask(name, of('red', 'a'))),
    ...['b1', 'b2'].map((name) => bench.ask(name, of('red', 'b'))),
    ...['c1', 'c2'].map((name) => bench.ask(name, of('blue', 'c'))),
    bench.ask('d1', of('green', 'd')),
  ]
  await settled()
  while (bench.running > 0) await bench.endOldest()
  await Promise.all(all)
  expect(bench.begun).toEqual(['a1', 'c1', 'd1', 'b1', 'c2', 'a2', 'b2', 'a3'])
})

test('a caller that returns again and again waits for every other caller each time', async () => {
  const bench = new Bench({ ...LIMITS, running: { callerMax: 1, tenantMax: 1, allMax: 1 } })
  const all: Promise<void>[] = []
  for (const tenant of ['red', 'blue', 'green']) all.push(bench.ask(tenant, of(tenant, '')))
  await settled()
  for (let round = 0; round < 4; round += 1) {
    for (const tenant of ['red', 'blue', 'green']) {
      all.push(bench.ask(tenant, of(tenant, '')))
      await bench.endOldest()
    }
  }
  while (bench.running > 0) await bench.endOldest()
  await Promise.all(all)
  const turns = ['red', 'blue', 'green']
  expect(bench.begun).toEqual(Array.from({ length: 5 }, () => turns).flat())
})

test('a full share of the waiting places is refused, and those of others are not', async () => {
  const bench = new Bench()
  const refusal = { code: 'request.too-many', retryAfterSeconds: 2 }
  const { callerMax, tenantMax } = LIMITS.waiting
  const waiting = Array.from({ length: 1 + callerMax }, () => bench.ask('a', of('red', 'a')))
  await expect(bench.ask('a', of('red', 'a'))).rejects.toMatchObject(refusal)
  const left = 1 + tenantMax - callerMax
  waiting.push(...Array.from({ length: left }, () => bench.ask('b', of('red', 'b'))))
  await expect(bench.ask('b', of('red', 'b'))).rejects.toMatchObject(refusal)
  await expect(bench.ask('c', of('red', 'c'))).rejects.toMatchObject(refusal)
  waiting.push(bench.ask('d', of('blue', 'd')))
  await settled()
  expect(bench.begun).toEqual(['a', 'b', 'd'])
  while (bench.running > 0) await bench.endOldest()
  await Promise.all(waiting)
  expect(bench.begun).toHaveLength(waiting.length)
})

test('no number of tenants makes more wait than all may', async () => {
  const bench = new Bench()
  const { allMax } = LIMITS.waiting
  const ask = (index: number) => bench.ask(`${index}`, of(`tenant ${index}`, ''))
  const all = Array.from({ length: LIMITS.running.allMax + allMax }, (_, index) => ask(index))
  await settled()
  await expect(ask(1000)).rejects.toMatchObject({ code: 'request.too-many' })
  while (bench.running > 0) await bench.endOldest()
  await Promise.all(all)
})

test('abandoned work is not begun, and gives its place to the next', async () => {
  const bench = new Bench()
  const first = bench.ask('first', of('red', 'a'))
  const gone = bench.ask('gone', of('red', 'a'), () => true)
  const next = bench.ask('next', of('red', 'a'))
  const refused = expect(gone).rejects.toMatchObject({ code: 'request.timeout' })
  await settled()
  await bench.endOldest()
  await refused
  expect(bench.begun).toEqual(['first', 'next'])
  await bench.endOldest()
  await Promise.all([first, next])
})

test('a turn with a large answer lasts longer while another tenant asks', async () => {
  let nowMs = 0
  const { turns } = new Bench(LIMITS, () => nowMs)
  /** Work whose answer takes 20 ms of the thread to write; then work of the same caller. */
  const twice = async () => {
    const large = turns.run(
      of('red', 'a'),
      () => false,
      async () => undefined,
    )
    await large
    nowMs += 20
    let isBegun = false
    const next = turns.run(
      of('red', 'a'),
      () => false,
      async () => {
        isBegun = true
      },
    )
    await settled()
    const wasBegunAtOnce = isBegun
    await next
    return wasBegunAtOnce
  }
  nowMs += 10_000
  expect(await twice()).toBe(false)
  nowMs += 10_000
  expect(await twice()).toBe(true)
  await turns.run(
    of('blue', 'b'),
    () => false,
    async () => undefined,
  )
  expect(await twice()).toBe(false)
})

test('work that fails ends its turn', async () => {
  const { turns } = new Bench()
  const fails = () => Promise.reject(new Error('the store is gone'))
  for (let round = 0; round < 20; round += 1) {
    await expect(turns.run(of('red', 'a'), () => false, fails)).rejects.toThrow('gone')
  }
  expect(
    await turns.run(
      of('red', 'a'),
      () => false,
      async () => 'answer',
    ),
  ).toBe('answer')
})
