import { expect, test } from 'vitest'
import { isImpliedByPush, NOT_IMPLIED_BY_PUSH } from '../../../src/core/query/implied-by-push.ts'
import type { EventFilter } from '../../../src/core/query/query.ts'
import {
  logFilter as stationFilter,
  visibilityOf,
} from '../../../src/dialects/container-station/selection.ts'
import { readEventParameters } from '../../../src/dialects/hss/parameters.ts'
import { selectionOf } from '../../../src/dialects/hss/selection.ts'
import { readAuditParameters } from '../../../src/dialects/opsera/parameters.ts'
import { logFilter as opseraFilter } from '../../../src/dialects/opsera/selection.ts'
import { everythingOf, kindConditions } from '../../../src/dialects/quay/selection.ts'
import { eventOf } from '../../support/store-events.ts'
import { StoreModel } from '../../support/store-model.ts'
import { callerNamed } from './container-station/station-context.ts'

const VISIBILITY = { tenants: ['default'], conditions: [] }
const OPSERA_ASKER = {
  visibility: VISIBILITY,
  tenant: 'default',
  directory: { users: () => [] },
}
const QUAY_LOG = { tenant: 'default', namespace: 'acme', hidesServiceKeys: false }

const FILTERS: readonly (readonly [string, EventFilter])[] = [
  ['Quay', everythingOf(QUAY_LOG, kindConditions(QUAY_LOG))],
  ['HSS', selectionOf(VISIBILITY, readEventParameters({}))],
  ['Container Station', stationFilter(visibilityOf(callerNamed('alice')), new Map())],
  ['Opsera', opseraFilter('actions', readAuditParameters({}), OPSERA_ASKER)],
]

const REPORTED = {
  source: { kind: 'distribution', name: 'reg1' },
  nativeAction: 'push',
  outcome: 'success',
  actor: { kind: 'user', name: 'alice' },
  target: { namespace: 'acme', repository: 'app', tag: '1' },
} as const
const PUSH = eventOf({ ...REPORTED, action: 'image.push', category: 'image' })
const MOVE = eventOf({ ...REPORTED, action: 'tag.move', category: 'image' })
const CREATION = eventOf({ ...REPORTED, action: 'repository.create', category: 'repository' })
const MOVE_ALONE = eventOf({ ...REPORTED, action: 'tag.move', nativeAction: undefined })

test.each(FILTERS)('%s shows a push once, whatever it moved or made', (_, filter) => {
  const model = new StoreModel()
  const stored = [PUSH, MOVE, CREATION, MOVE_ALONE]
  model.events.push(...stored.map((event, seq) => ({ event, origin: 'o', seq })))
  expect(model.matching(filter).map(({ seq }) => seq)).toEqual([0, 3])
})

test('the condition and the function agree on what is derived from a push', () => {
  const model = new StoreModel()
  for (const event of [PUSH, MOVE, CREATION, MOVE_ALONE]) {
    model.events.splice(0, 1, { event, origin: 'o', seq: 0 })
    const found = model.matching({ tenants: ['default'], conditions: [NOT_IMPLIED_BY_PUSH] })
    expect(found).toHaveLength(isImpliedByPush(event) ? 0 : 1)
  }
})
