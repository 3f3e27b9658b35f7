import { Type } from 'typebox'
import { isJsonObject } from '../../core/json/json.ts'
import { parsePythonJson } from '../../core/json/json-numbers.ts'
import { parseJsonBody } from '../bodies/json-body.ts'
import type { Delivery, Translation, WebhookSource } from '../source.ts'
import { translateBuild } from './translate.ts'

/** Largest delivery, in bytes. A build with its steps takes a few KiB; logs are not requested. */
const BODY_BYTES_MAX = 4 * 1024 * 1024

const DELIVERY = {
  summary: 'Builds of a Buildbot',
  body: {
    'application/json': Type.Unsafe({
      description: 'A build as `HttpStatusPush` sends it',
      examples: [{ buildid: 7, number: 3, complete: true, results: 0, builder: { name: 'tests' } }],
    }),
  },
}

/** Builds of a Buildbot, sent by its reporter `HttpStatusPush`. See docs/sources/buildbot.md. */
export function buildbotSource(): WebhookSource {
  return {
    kind: 'buildbot',
    bodyBytesMax: BODY_BYTES_MAX,
    delivery: DELIVERY,
    translate: translateDelivery,
  }
}

function translateDelivery({ body, sourceName }: Delivery): Translation {
  const build = parseJsonBody(body, parsePythonJson)
  const read = isJsonObject(build)
    ? translateBuild(build, sourceName)
    : { unreadable: 'the body is not a JSON object in UTF-8' }
  if ('unreadable' in read) {
    return { events: [], deadLetters: [{ reason: read.unreadable, body }], skipped: {} }
  }
  return { events: read.events, deadLetters: [], skipped: {} }
}
