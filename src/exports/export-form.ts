import type { Principal } from '../access/directory/principal.ts'
import type { Event, JsonObject } from '../core/event/event.ts'
import type { EventFilter } from '../core/query/query.ts'
import type { ExportJob } from './jobs/export-job.ts'

/** How an export ended, as its receivers are told. */
export interface ExportResult {
  readonly job: ExportJob
  /** A link to the file that works for `linkSeconds`; undefined when there is no file. */
  readonly url: string | undefined
  readonly linkSeconds: number
}

/** What a mail says. */
export interface MailText {
  readonly subject: string
  readonly html: string
  readonly text: string
}

/**
 * The document of an export: `begin`, then the text of each event, oldest first, then `end`.
 *
 * The texts are a function of the job and the event alone, since a run that was cut off is done
 * again from its beginning.
 */
export interface ExportDocument {
  filter(job: ExportJob): EventFilter
  begin(job: ExportJob): string
  /** Undefined for an event that has no place in the document. */
  entry(event: Event): string | undefined
  end(job: ExportJob): string
}

/** How a dialect writes an export down, and tells that it is there. */
export interface ExportForm {
  /** Kept with each job, so that a restart finds the form again. Never changes. */
  readonly name: string
  /** The path of links before the name of the file: `/exportedlogs/`. */
  readonly linkPath: string
  readonly document: ExportDocument
  /** Whether a principal of the tenant may have the export by its present rights. */
  allows(job: ExportJob, principal: Principal): boolean
  /** The body of the callback. */
  callback(result: ExportResult): JsonObject
  mail(result: ExportResult): MailText
}
