import { readFileSync } from 'node:fs'
import { parseReportedEvent } from '../../../../src/core/boundary/parse-reported-event.ts'
import type { NewEvent } from '../../../../src/core/event/new-event.ts'
import { redactTranslation } from '../../../../src/sources/bodies/redacted-translation.ts'
import { buildbotSource } from '../../../../src/sources/buildbot/source.ts'

const source = buildbotSource()

/** Bodies that a Buildbot sent, one a line: builds that begin and end, without steps. */
export const LINES = readFileSync(new URL('captures/builds.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')

/** A build that ended, with its steps. */
export const BUILD_WITH_STEPS = readFileSync(
  new URL('captures/build-with-steps.json', import.meta.url),
)

/** Translates one body as the source `ci` would, without secrets as in the intake. */
export function translated(body: string | Buffer) {
  return redactTranslation(
    source.translate({ headers: {}, body: Buffer.from(body), sourceName: 'ci', tenant: 'default' }),
  )
}

/** An event as it would be stored. */
export function passBoundary(event: NewEvent) {
  return parseReportedEvent(event, {
    receivedMicros: 0,
    tenant: 'default',
    anyTenant: false,
    source: { kind: 'buildbot', name: 'ci' },
  }).event
}
