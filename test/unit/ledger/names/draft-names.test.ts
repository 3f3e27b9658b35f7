import { describe, expect, it } from 'vitest'
import { parseNewEvent } from '../../../../src/core/boundary/parse-event.ts'
import {
  DraftNames,
  namedFingerprint,
  storedNameText,
} from '../../../../src/ledger/names/draft-names.ts'
import { fingerprintOf } from '../../../../src/ledger/names/fingerprint-set.ts'

const reception = {
  receivedMicros: 0,
  tenant: 'zürich',
  anyTenant: true,
  source: { kind: 'api', name: 'test' },
}

function named(eventId: string, fingerprint = { high: 1, low: 2 }) {
  const draft = parseNewEvent({ action: 'image.push', source: { eventId } }, reception)
  return { draft, fingerprint }
}

describe('the names of drafts', () => {
  it('are told apart although their fingerprints are equal', () => {
    const names = new DraftNames()
    const [a, b, c] = [named('a'), named('b'), named('c')]
    expect([a, b, c].map((each) => names.addOrFind(each))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(names.addOrFind(named('b'))).toBe(b)
    names.remove(b)
    expect(names.addOrFind(named('a'))).toBe(a)
    expect(names.addOrFind(named('c'))).toBe(c)
    names.remove(a)
    names.remove(c)
    expect(names.addOrFind(named('b'))).toBeUndefined()
  })

  it('have the fingerprint of the stored name', () => {
    const stored = { tenant: 'zürich', sourceKind: 'api', sourceName: 'test', eventId: 'é 7' }
    const expected = fingerprintOf(storedNameText(stored))
    expect(namedFingerprint(named('é 7').draft)).toEqual(expected)
  })
})
