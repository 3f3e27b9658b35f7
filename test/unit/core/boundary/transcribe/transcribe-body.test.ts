import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseNewEvent } from '../../../../../src/core/boundary/parse-event.ts'
import { parseEventBody } from '../../../../../src/core/boundary/parse-event-body.ts'
import { parseSentJson } from '../../../../../src/core/boundary/sent-json.ts'
import {
  EventTranscriber,
  receptionTexts,
} from '../../../../../src/core/boundary/transcribe/transcribe-event.ts'
import { Fault } from '../../../../../src/core/errors.ts'
import type { Draft } from '../../../../../src/core/event/draft.ts'
import { FIELD_NUMBER } from '../../../../../src/core/event/field-keys.ts'
import { EVENT_FIELDS } from '../../../../../src/core/event/fields.ts'
import type { Reception } from '../../../../../src/core/event/new-event.ts'
import { findDuplicateKey } from '../../../../../src/core/json/duplicate-keys.ts'

const reception: Reception = {
  receivedMicros: 1_795_000_000_000_001,
  tenant: 'default',
  anyTenant: false,
  source: { kind: 'api', name: 'alice' },
  otherSources: 'any',
}
/** Of a sender that may state some of the sources which the events have. */
const boundReception: Reception = {
  ...reception,
  otherSources: [
    { kind: 'a', name: 'a' },
    { kind: 'library', name: 'zürich' },
    { kind: 'library', name: 'alice' },
    { kind: 'api', name: 'library' },
  ],
}

const ID = '0199c3f0-0000-7000-8000-00000000000a'
const OTHER_ID = '466e24cc-6056-4b44-9aa7-bfa893d8c314'
const DIGEST = `sha256:${'9a'.repeat(32)}`

/** Mostly `usual`, so that whole events are often without anything unusual. */
const mostly = (usual: fc.Arbitrary<string>, unusual: fc.Arbitrary<string>) =>
  fc.oneof({ arbitrary: usual, weight: 14 }, { arbitrary: unusual, weight: 1 })

const texts = (...values: readonly string[]) =>
  fc.constantFrom(...values.map((value) => JSON.stringify(value)))

const blank = mostly(fc.constant(''), fc.constantFrom(' ', '\t', ' \r', '  '))

const stringText = fc.oneof(
  fc.string({ unit: 'grapheme' }).map((value) => JSON.stringify(value)),
  fc.constantFrom('""', '"a\\nb \\"q\\" \\\\"', '"\\u00e9"', '"a\\/b"', '"\\ud800"', '"\\u0000"'),
  fc.constantFrom('"\u2028"', '"é漢😀"', '"\u007f"', '"tab\there"'),
)

const numberText = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.constantFrom('-0', '0', '1.0', '0.10', '1e3', '1E400', '0.0000001', '0.000001', '-0.5'),
  fc.constantFrom('123456789012345678', '999999999999999', '01', '1.', '-', '12345678.12345678'),
  fc.constantFrom('9007199254740993', '1e-400', '1.7976931348623157e308', '0.1000000000000000055'),
  fc.constantFrom('123456789.123456', '100000000000000000000000', '-1', '0.1234567', '.5'),
)

interface Member {
  readonly key: string
  readonly value: string
}

function objectText(members: fc.Arbitrary<readonly Member[]>): fc.Arbitrary<string> {
  return fc.tuple(members, blank, blank).map(([list, before, after]) => {
    const inner = list.map(({ key, value }) => `${before}${key}${after}:${before}${value}${after}`)
    return `{${inner.join(',')}${after}}`
  })
}

const { value: jsonText, object: detailsText } = fc.letrec<{ value: string; object: string }>(
  (tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      stringText,
      numberText,
      fc.constantFrom('true', 'false', 'null', 'nul', '[]', '{}'),
      tie('object'),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(' ,')}]`),
    ),
    object: objectText(
      fc.array(
        fc.record({
          key: mostly(
            texts('a', 'b', 'aa', 'a b', 'size', 'mediaType', '10', '9', '', '!', 'z', 'Z'),
            fc.constantFrom('"é"', '"\\u0061"', '"😀"', '"\ufb33"', '"__proto__"'),
          ),
          value: tie('value'),
        }),
        { maxLength: 6 },
      ),
    ),
  }),
)

/** Some of the members, in any order; now and then one of them twice, or an unknown one. */
function membersOf(fields: Readonly<Record<string, fc.Arbitrary<string>>>) {
  const usual = fc
    .record(fields, { requiredKeys: [] })
    .chain((record) =>
      fc.shuffledSubarray(Object.entries(record), { minLength: Object.keys(record).length }),
    )
    .map((entries) =>
      entries.map(([key, value]) => ({ key: JSON.stringify(key), value: value ?? 'null' })),
    )
  const extra = fc.record({ key: texts(...Object.keys(fields), 'colour'), value: jsonText })
  return fc.oneof(
    { arbitrary: usual, weight: 20 },
    { arbitrary: fc.tuple(usual, extra).map(([list, member]) => [...list, member]), weight: 1 },
  )
}

const name = mostly(texts('a', 'library', 'x+y', 'zürich', ''), fc.oneof(stringText, jsonText))
const orNull = (text: fc.Arbitrary<string>) => mostly(text, fc.constantFrom('null', '""', '7'))

const eventText = objectText(
  fc
    .tuple(
      membersOf({
        id: mostly(texts(ID), texts(OTHER_ID.toUpperCase(), 'no uuid', '')),
        time: mostly(
          texts('2026-08-06T11:06:38.505134Z', '2026-08-06T11:06:38Z', '2026-08-06t11:06:38.5z'),
          texts('2026-08-06T11:06:60.000000Z', '2026-08-06T13:06:38.5+02:00', 'x', '1969-01-01'),
        ),
        tenant: mostly(texts('default', ''), texts('other')),
        nativeAction: name,
        category: mostly(texts('image', 'system'), texts('', 'rocket')),
        level: mostly(texts('info', 'warn'), texts('', 'INFO')),
        outcome: mostly(texts('success', 'denied'), texts('', 'maybe')),
        message: name,
        source: orNull(
          objectText(
            membersOf({
              kind: name,
              name,
              eventId: mostly(texts(OTHER_ID, 'event 7'), texts(OTHER_ID.toUpperCase(), 'é', '')),
            }),
          ),
        ),
        actor: orNull(
          objectText(
            membersOf({ id: name, name, email: name, kind: mostly(texts('user', 'robot'), name) }),
          ),
        ),
        target: orNull(
          objectText(
            membersOf({
              type: name,
              id: name,
              name,
              namespace: name,
              repository: mostly(texts('app', 'team/app'), texts('a//b', '../x', 'a%2f', '')),
              tag: name,
              digest: mostly(texts(DIGEST), texts('sha256', '')),
            }),
          ),
        ),
        client: orNull(
          objectText(
            membersOf({
              ip: mostly(
                texts('10.0.0.9', '2001:db8::1'),
                texts('::ffff:10.0.0.9', '2001:DB8::1', '10.0.0.09', 'fe80::1%eth0', ''),
              ),
              userAgent: name,
            }),
          ),
        ),
        details: mostly(detailsText, jsonText),
      }),
      mostly(texts('image.push', 'image.pull'), texts('rocket.launch', 'image.fly', 'Image', '')),
    )
    .map(([members, action]) => [...members, { key: '"action"', value: action }]),
)

/** What the parser makes of the text of one event; undefined when it refuses it. */
function parsed(text: string, by = reception): Draft | undefined {
  try {
    const draft = parseNewEvent(parseSentJson(text), by)
    return findDuplicateKey(text) === undefined ? draft : undefined
  } catch (error) {
    if (error instanceof Fault || error instanceof SyntaxError) return undefined
    throw error
  }
}

function transcribed(text: string, by = reception): Draft | undefined {
  const defaults = receptionTexts(by)
  if (defaults === undefined) throw new Error('the reception is plain')
  const body = Buffer.from(text)
  const transcriber = new EventTranscriber(body, defaults)
  return transcriber.read(0) === body.length ? transcriber.draft() : undefined
}

/** All that a draft says, with the id of `other` in place of one that was minted. */
function contentOf(draft: Draft, other: Draft) {
  const [id, otherId] = [draft.text(0), other.text(0)]
  const isMinted = id !== otherId && !draft.deduplicate === !other.deduplicate && id[14] === '7'
  const same = (text: string) => (isMinted ? text.replace(id, otherId) : text)
  return {
    canonical: same(draft.canonical),
    leafPrefix: draft.bytes[draft.leafStart],
    texts: Array.from({ length: EVENT_FIELDS.length }, (_, number) => same(draft.text(number))),
    timeMicros: draft.timeMicros,
    receivedMicros: draft.receivedMicros,
    deduplicate: draft.deduplicate,
  }
}

describe('an event that is transcribed', () => {
  it.each([
    ['may state any source', reception],
    ['may state some sources', boundReception],
  ])('is one that the parser accepts, and gives the same draft, when its sender %s', (_who, by) => {
    let count = 0
    fc.assert(
      fc.property(eventText, (text) => {
        const draft = transcribed(text, by)
        if (draft === undefined) return
        count += 1
        const expected = parsed(text, by)
        if (expected === undefined) throw new Error('the parser refuses it')
        expect(contentOf(draft, expected)).toEqual(contentOf(expected, expected))
      }),
      { numRuns: 2000 },
    )
    // Otherwise nothing was compared.
    expect(count).toBeGreaterThan(50)
  })

  it.each([
    '{"action":"image.push"}',
    '{"details":{"size":7435,"mediaType":"x","at":1.5,"ok":true,"more":[null,{"b":1,"a":"\\n"}]},' +
      `"action":"image.pull","time":"2026-08-06T11:06:38Z","source":{"eventId":"${ID}"}}`,
    '{"action": "image.pull", "actor": {"name": "é", "kind": "robot"}, "target": null}',
  ])('may be %s', (text) => {
    expect(transcribed(text)?.canonical).toBeDefined()
  })
})

describe('details', () => {
  it.each([
    // UTF-16 has the second key first, UTF-8 the first one.
    '{"\ufb33":1,"😀":2}',
    '{"10":1,"9":2,"a":{"b":[],"B":{}}}',
    '{"a b":1,"a":2,"a!":3,"":4}',
    `{${Array.from({ length: 40 }, (_, index) => `"k${39 - index}":${index}`).join(',')}}`,
    `${'{"a":'.repeat(32)}1${'}'.repeat(32)}`,
    '{"text":"\\u0041\\/","n":[1E3,-0,0.1e1,12345678901234567890]}',
  ])('are canonical however they are read: %s', (details) => {
    const text = `{"action":"image.push","id":"${ID}","details":${details}}`
    const [draft] = parseEventBody(Buffer.from(text), 'json', reception)
    const expected = parsed(text)
    expect(draft?.canonical).toBe(expected?.canonical)
    expect(draft?.text(FIELD_NUMBER['/details'])).toBe(expected?.text(FIELD_NUMBER['/details']))
  })
})

describe('a body', () => {
  it('is accepted or refused, and read, as its events are one by one', () => {
    const form = fc.constantFrom('ndjson' as const, 'json' as const)
    fc.assert(
      fc.property(fc.array(eventText, { minLength: 1, maxLength: 4 }), form, (events, how) => {
        const body = how === 'json' ? `[${events.join(' ,')}]` : events.join('\n\n')
        const expected = events.map((event) => parsed(event))
        if (expected.includes(undefined)) {
          expect(() => parseEventBody(Buffer.from(body), how, reception)).toThrow(Fault)
          return
        }
        const drafts = parseEventBody(Buffer.from(body), how, reception)
        expect(drafts).toHaveLength(events.length)
        for (const [index, draft] of drafts.entries()) {
          const other = expected[index] ?? draft
          expect(contentOf(draft, other)).toEqual(contentOf(other, other))
        }
      }),
      { numRuns: 1500 },
    )
  })
})
