import type { Principal } from '../access/directory/principal.ts'
import type { Event, JsonObject } from '../core/event/event.ts'
import type { EventFilter } from '../core/query/query.ts'
import type { ExportJob } from './jobs/export-job.ts'

/** The result of an export, for its receivers. */
export interface ExportResult {
  readonly job: ExportJob
  /** A link to the file that works for `linkSeconds`; undefined when there is no file. */
  readonly url: string | undefined
  readonly linkSeconds: number
}

/** The content of a mail. */
export interface MailText {
  readonly subject: string
  readonly html: string
  readonly text: string
}

/**
 * The document of an export: `begin`, the text of each event from the oldest to the newest, then
 * `end`.
 *
 * The text may depend only on the job and the event, because an interrupted run is repeated from
 * its beginning.
 */
export interface ExportDocument {
  filter(job: ExportJob): EventFilter
  begin(job: ExportJob): string
  /** Undefined for an event that is not part of the document. */
  entry(event: Event): string | undefined
  end(job: ExportJob): string
}

/** A dialect's format for the documents and notifications of exports. */
export interface ExportForm {
  /** Stored with each job, so that the form is found again after a restart. Never changes. */
  readonly name: string
  /** The path of links, before the name of the file: `/exportedlogs/`. */
  readonly linkPath: string
  readonly document: ExportDocument
  /** Whether a principal of the tenant may have the export, by its current permissions. */
  allows(job: ExportJob, principal: Principal): boolean
  /** The body of the callback. */
  callback(result: ExportResult): JsonObject
  mail(result: ExportResult): MailText
}
