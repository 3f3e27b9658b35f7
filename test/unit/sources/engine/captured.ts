import { readFileSync } from 'node:fs'
import { parseReportedEvent } from '../../../../src/core/boundary/parse-reported-event.ts'
import type { Event } from '../../../../src/core/event/event.ts'
import type { EngineProduct } from '../../../../src/sources/engine/client/engine-greeting.ts'
import { LineSplitter } from '../../../../src/sources/engine/client/line-splitter.ts'
import { LINE_BYTES_MAX, readLines } from '../../../../src/sources/engine/client/read-lines.ts'
import type { Translation } from '../../../../src/sources/source.ts'

/** What Docker Engine 20.10.24 and Podman 4.3.1 sent: events, and a container with its figures. */
export function captured(file: string): Buffer {
  return readFileSync(new URL(`captures/${file}`, import.meta.url))
}

/** The lines of a capture as JSON. */
export function capturedValues(file: string): readonly unknown[] {
  return captured(file)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

type Chunks = readonly (Buffer | string)[]

/** Translates what an engine sent that says it is Docker, in the chunks in which it came. */
export function translate(...chunks: Chunks): Translation {
  return translateOf('docker', chunks)
}

function translateOf(product: EngineProduct | undefined, chunks: Chunks): Translation {
  const splitter = new LineSplitter(LINE_BYTES_MAX)
  const lines = chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk)))
  return readLines(lines, product).translation
}

/** The whole events of Docker, as the boundary makes them. */
export function eventsOf(...chunks: Chunks): readonly Event[] {
  return eventsOfProduct('docker', ...chunks)
}

/** The whole events of an engine; undefined: it does not say which it is. */
export function eventsOfProduct(
  product: EngineProduct | undefined,
  ...chunks: Chunks
): readonly Event[] {
  const source = { kind: 'engine', name: 'host1' }
  const reception = { receivedMicros: 0, tenant: 'default', anyTenant: false, source }
  const { events } = translateOf(product, chunks)
  return events.map((event) => parseReportedEvent(event, reception).event)
}

/** A line as an engine writes it. */
export function line(members: {
  readonly Type?: string
  readonly Action?: string
  readonly id?: string
  readonly Attributes?: Readonly<Record<string, string>>
  readonly timeNano?: string
}): string {
  const { Type = 'container', Action = 'start', id = ID, Attributes = {}, timeNano } = members
  const head = { Type, Action, Actor: { ID: id, Attributes }, scope: 'local', time: 1795349746 }
  const nanoseconds = timeNano ?? '1795349746273326421'
  return `${JSON.stringify(head).slice(0, -1)},"timeNano":${nanoseconds}}\n`
}

/** The id of a container. */
export const ID = 'ab'.repeat(32)
