import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Event } from '../../../../src/core/event/event.ts'
import { ownDraft } from '../../../../src/ledger/audit-trail.ts'
import { statementEvent } from '../../../../src/ledger/statement/statement.ts'
import {
  type ExportCoverage,
  ExportedStatements,
} from '../../../../src/ledger/verification/exported-statements.ts'
import { referenceLeaf, referenceRoot } from '../../../support/reference-tree.ts'

const ORIGIN = 'here'
const TENANTS = ['ta', 'tb']

interface Place {
  readonly event: Event
  readonly seq: number
}

/** A ledger in which each step is an event of a tenant, or has all tenants stated. */
function ledgerOf(steps: readonly string[], lie: object = {}): readonly Place[] {
  const ledger: Place[] = []
  const last = new Map<string, { readonly seq: number; readonly to: number }>()
  const add = (event: Event) => ledger.push({ event, seq: ledger.length })
  for (const step of steps) {
    if (step !== 'state') add(eventOf(step, ledger.length))
    const to = ledger.length
    for (const tenant of step === 'state' && to > 0 ? TENANTS : []) {
      const { seq: previous = null, to: from = 0 } = last.get(tenant) ?? {}
      const stated = ledger.filter(
        ({ event, seq }) => event.tenant === tenant && seq >= from && seq < to,
      )
      const rootHash = referenceRoot(stated.map(({ event }) => referenceLeaf(event)))
      const text = rootHash.toString('hex')
      last.set(tenant, { seq: ledger.length, to })
      const statement = { from, to, count: stated.length, rootHash: text, previous, ...lie }
      const own = statementEvent(tenant, ORIGIN, statement)
      add(ownDraft(own, { origin: ORIGIN, clock: () => ledger.length }).event)
    }
  }
  return ledger
}

function eventOf(tenant: string, number: number): Event {
  const own = { tenant, actor: null, action: 'image.push', outcome: 'success' } as const
  return ownDraft({ ...own, details: { number } }, { origin: ORIGIN, clock: () => number }).event
}

/** What is found in an export of some of the events, in any order. */
async function compared(
  ledger: readonly Place[],
  isExported: (place: Place) => boolean,
  completeFrom?: number,
): Promise<ExportCoverage> {
  const statements = new ExportedStatements()
  for (const place of ledger.filter(isExported).toReversed()) {
    statements.add(place.event, place.seq)
  }
  const leafAt = async (seq: number) => referenceLeaf(ledger[seq]?.event)
  return await statements.compare(leafAt, completeFrom)
}

const isOf = (tenant: string) => (place: Place) => place.event.tenant === tenant
const steps = fc
  .array(fc.constantFrom(...TENANTS, ...TENANTS, 'state'), { minLength: 2, maxLength: 40 })
  .map((some) => ['ta', ...some, 'ta', 'state'])

test('a whole export of a tenant is complete, whatever its order', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      const ledger = ledgerOf(taken)
      const { to } = ledger.findLast(isOf('ta'))?.event.details ?? {}
      const notes = [`tenant ta: all events of seqs 0 to ${Number(to) - 1}`]
      for (const completeFrom of [undefined, 0]) {
        const found = await compared(ledger, isOf('ta'), completeFrom)
        expect({ taken, found }).toEqual({ taken, found: { findings: [], notes } })
      }
    }),
  )
})

test('an event or a statement that was left out is missed where all are required', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(), async (taken, random) => {
      const ledger = ledgerOf(taken)
      const statements = ledger.filter(({ event }) => event.action === 'ledger.statement')
      // What follows the last statement of the tenant is in no range; nor is that statement.
      const end = statements.at(-2)?.seq ?? 0
      const own = ledger.filter((place) => isOf('ta')(place) && place.seq < end)
      const left = own[random % own.length]
      const isKept = (place: Place) => isOf('ta')(place) && place !== left
      const required = await compared(ledger, isKept, 0)
      expect({ taken, left, count: required.findings.length }).not.toMatchObject({ count: 0 })
      const { findings, notes } = await compared(ledger, isKept)
      expect(findings).toEqual([])
      expect(notes.join()).toMatch(/^tenant ta: not a whole export of the tenant, \d+ of \d+ /)
    }),
  )
})

test('an export from a statement on is complete from there, and not from before', async () => {
  const ledger = ledgerOf(['ta', 'ta', 'state', 'ta', 'tb', 'state', 'ta', 'state', 'ta'])
  const isLater = (place: Place) => isOf('ta')(place) && place.seq >= 2
  expect((await compared(ledger, isLater, 2)).findings).toEqual([])
  expect((await compared(ledger, isLater, 0)).findings).toMatchObject([
    { what: 'lacking', from: 0, to: 2, count: 2, found: 0 },
  ])
  const isLatest = (place: Place) => isOf('ta')(place) && place.seq >= 6
  expect((await compared(ledger, isLatest, 0)).findings).toMatchObject([
    { what: 'unstated', seq: 0, to: 2 },
    { what: 'lacking', from: 2, to: 6 },
  ])
})

test('an export without statements says nothing, and is not complete', async () => {
  const ledger = ledgerOf(['ta', 'ta', 'tb'])
  expect(await compared(ledger, isOf('ta'))).toEqual({ findings: [], notes: [] })
  expect((await compared(ledger, isOf('ta'), 0)).findings).toEqual([
    { what: 'unstated', tenant: 'ta', seq: 0 },
  ])
})

test.each([
  ['count', { count: 1 }],
  ['root', { rootHash: '0'.repeat(64) }],
  ['range', { from: 1 }],
])(
  'a statement with another %s than its events have is found in any case',
  async (problem, lie) => {
    const ledger = ledgerOf(['ta', 'ta', 'state'], lie)
    for (const completeFrom of [undefined, 0]) {
      const { findings } = await compared(ledger, isOf('ta'), completeFrom)
      expect(findings).toContainEqual(expect.objectContaining({ what: 'statement', problem }))
    }
  },
)
