import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRegistries, type Registries, type Step } from './implied-registry.ts'

let registries: Registries

beforeAll(async () => {
  registries = await openRegistries()
})

afterAll(() => registries.close())

/** What follows from steps in the order in which they were stored: slow, and without a memory. */
function modelOf(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step, order) => {
    if (step.action !== 'push') return []
    const earlier = steps
      .slice(0, order)
      .filter(
        ({ registry, repository }) => registry === step.registry && repository === step.repository,
      )
    if (earlier.length === 0) return [`repository.create of ${step.id}`]
    const before = earlier
      .filter(({ tag, action }) => tag !== undefined && tag === step.tag && action !== 'pull')
      .filter((one) => secondOf(one) <= secondOf(step))
      .reduce<Step | undefined>(
        (last, one) => (last !== undefined && secondOf(last) > secondOf(one) ? last : one),
        undefined,
      )
    const isMove = before?.action === 'push' && before.digest !== step.digest
    return isMove ? [`tag.move of ${step.id}: ${before.digest}>${step.digest}`] : []
  })
}

/** What states no time happened when it was received. */
const secondOf = ({ second }: Step) => second ?? Number.POSITIVE_INFINITY

const anyStep: fc.Arbitrary<Omit<Step, 'id'>> = fc.record({
  registry: fc.constantFrom('reg1', 'reg1', 'reg2'),
  repository: fc.constantFrom('team/app', 'team/app', 'team/app', 'other/app'),
  action: fc.constantFrom('push', 'push', 'push', 'push', 'delete', 'pull'),
  tag: fc.constantFrom('1', '1', '1', 'latest', undefined),
  digest: fc.constantFrom('a', 'b', 'c'),
  second: fc.integer({ min: 0, max: 4 }),
})

type Act =
  | { readonly kind: 'deliver'; readonly steps: readonly Omit<Step, 'id'>[] }
  | { readonly kind: 'undated push'; readonly step: Omit<Step, 'id'> }
  | { readonly kind: 'repeat'; readonly which: number }
  | { readonly kind: 'restart' }

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('deliver' as const),
      steps: fc.array(anyStep, { minLength: 1, maxLength: 5 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('undated push' as const), step: anyStep }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('repeat' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
)

const isUse = ({ action, tag }: Step) =>
  action === 'pull' || (action === 'delete' && tag === undefined)

/** One delivery is of one registry. */
function deliveriesOf(steps: readonly Step[]): readonly (readonly Step[])[] {
  const names = [...new Set(steps.map((one) => one.registry))]
  return names.map((name) => steps.filter((one) => one.registry === name))
}

test('what pushes imply is what a plain model says, in any deliveries, with restarts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 25 }), fc.boolean(), async (acts, waits) => {
      const subject = registries.next()
      const sent: Step[] = []
      const pending: Promise<unknown>[] = []
      const settle = () => Promise.all(pending.splice(0))
      const deliver = async (steps: readonly Step[]) => {
        for (const part of deliveriesOf(steps)) {
          sent.push(...part)
          // What only uses a repository does not wait for its turn.
          const settles = waits || part.some(isUse)
          if (settles) await settle()
          pending.push(subject.deliver(...part))
          if (settles) await settle()
        }
      }
      let ids = 0
      const named = (one: Omit<Step, 'id'>): Step => ({ ...one, id: `id-${ids++}` })
      for (const one of acts) {
        if (one.kind === 'deliver') await deliver(one.steps.map(named))
        if (one.kind === 'undated push') {
          await deliver([named({ ...one.step, action: 'push', second: undefined })])
        }
        const again = one.kind === 'repeat' ? sent[one.which % sent.length] : undefined
        if (again !== undefined) await deliver([again])
        if (one.kind === 'restart') {
          await settle()
          subject.restart()
        }
      }
      await settle()
      const byId = new Map(sent.map((one) => [one.id, one]))
      const stored = subject.events.flatMap(({ source }) => byId.get(source.eventId ?? '') ?? [])
      expect(stored).toHaveLength(byId.size)
      expect(subject.implied).toEqual(modelOf(stored))
      expect(subject.events).toHaveLength(stored.length + subject.implied.length)
    }),
    { numRuns: 200 },
  )
})
