import { DRAFT_TEXT, type Draft } from '../src/core/draft.ts'

/** The texts of an event that stand in a row behind `event_id_is_id`, without the details. */
const LAST_TEXTS = Array.from(
  { length: DRAFT_TEXT.details - DRAFT_TEXT.action },
  (_, index) => DRAFT_TEXT.action + index,
)

/**
 * An event of the benchmark as a row in JSONCompactEachRow, in the order of `INSERTED_COLUMNS`: the
 * form in which the engine's own binding takes rows. The details go in as an object, whose text the
 * engine keeps; they hold no escapes.
 */
export function jsonRow(
  draft: Draft,
  place: { readonly origin: string; readonly seq: number },
): string {
  const { event } = draft
  const eventIdIsId = event.source.eventId === event.id
  const texts = JSON.stringify([
    place.seq,
    place.origin,
    event.id,
    event.time,
    event.received,
    event.tenant,
    event.source.kind,
    event.source.name,
    eventIdIsId ? '' : (event.source.eventId ?? ''),
    eventIdIsId ? 1 : 0,
    ...LAST_TEXTS.map((number) => draft.text(number)),
  ])
  return `${texts.slice(0, -1)},${draft.text(DRAFT_TEXT.details) || '""'},"","",""]\n`
}
