import type { JsonObject } from '../../../core/event/event.ts'
import type { ExportDocument, ExportForm, ExportResult } from '../../../exports/export-form.ts'
import type { ExportJob } from '../../../exports/jobs/export-job.ts'
import { isAllowed } from '../credentials.ts'
import { dayOfSecond, quayDay } from '../entries/calendar-day.ts'
import { jsonText } from '../entries/stored-json.ts'
import { formatMailDate } from '../log/time-range.ts'
import { presentEntry } from '../present.ts'
import { hidingConditions, subjectFilter } from '../selection.ts'

/** The name under which jobs store this form. */
export const QUAY_EXPORT = 'quay'

const SECOND_MICROS = 1_000_000

/**
 * Quay's document: one JSON object whose `logs` are the entries, oldest first, of all kinds that
 * Quay has. The last item is marked as the last, so that a truncated file is recognizable.
 */
const document: ExportDocument = {
  filter({ tenant, namespace, repository, fromMicros, toMicros }) {
    const place = repository === undefined ? { namespace } : { namespace, repository }
    const subject = { tenant, ...place, hidesServiceKeys: false }
    const range = { startMicros: fromMicros, endMicros: toMicros }
    return subjectFilter(subject, range, hidingConditions(subject))
  },
  begin(job) {
    const details = {
      start_time: formatMailDate(job.fromMicros),
      // The last second of the last day: unlike in lists, the end is inclusive.
      end_time: formatMailDate(job.toMicros - SECOND_MICROS),
      namespace: job.namespace,
      repository: job.repository ?? null,
    }
    const head = JSON.stringify({ export_id: job.id, details })
    return `${head.slice(0, -1)},"logs":[\n`
  },
  entry(event) {
    const entry = presentEntry(event)
    return entry === undefined ? undefined : `${jsonText(entry)},\n`
  },
  end: () => '{"terminator":true}]}\n',
}

/** Quay's format for exports and their notifications. */
export const quayExportForm: ExportForm = {
  name: QUAY_EXPORT,
  linkPath: '/exportedlogs/',
  document,
  /** By any of the routes that may have been used to request it. */
  allows(job, principal) {
    const { tenant, namespace, repository } = job
    const subject = { tenant, namespace, hidesServiceKeys: false }
    if (repository !== undefined) {
      return isAllowed(principal, 'repository', { ...subject, repository }, 'export')
    }
    const isOwn = namespace === principal.name
    return (
      isAllowed(principal, 'organization', subject, 'export') ||
      (isOwn && isAllowed(principal, 'user', subject, 'export'))
    )
  },
  callback({ job, url }): JsonObject {
    return {
      export_id: job.id,
      start_time: dayOf(job.fromMicros),
      // As in Quay, the day after the last one.
      end_time: dayOf(job.toMicros),
      namespace: job.namespace,
      repository: job.repository ?? null,
      exported_data_url: url ?? null,
      status: job.status === 'success' ? 'success' : 'failed',
    }
  },
  mail(result) {
    const sentence = mailSentence(result)
    const { id } = result.job
    const link = result.url === undefined ? '' : escaped(result.url)
    const html = [
      '<h3>Usage Logs Export has completed</h3>',
      `<p>Export ID: ${escaped(id)}</p>`,
      `<p>${escaped(sentence.before)}`,
      link === '' ? '' : `<a href="${link}">${link}</a>`,
      `${escaped(sentence.after)}</p>`,
    ]
    const text = [
      'Usage Logs Export has completed',
      `Export ID: ${id}`,
      `${sentence.before}${result.url ?? ''}${sentence.after}`,
    ]
    return {
      subject: 'Export Action Logs Complete',
      html: `${html.join('')}\n`,
      text: `${text.join('\n\n')}\n`,
    }
  },
}

/** Programs search for two parts of it: `exported logs … found at`, and `N seconds`. */
function mailSentence({ job, url, linkSeconds }: ExportResult) {
  const log = `The log of ${logName(job)}, ${days(job)},`
  if (url === undefined) {
    return { before: `${log} could not be exported. Please request it again.`, after: '' }
  }
  return {
    before: `${log} is ready: the exported logs information can be found at `,
    after: `. The link works for ${linkSeconds} seconds.`,
  }
}

function logName({ namespace, repository }: ExportJob): string {
  return repository === undefined ? namespace : `${namespace}/${repository}`
}

function days({ fromMicros, toMicros }: ExportJob): string {
  return `${dayOf(fromMicros)} to ${dayOf(toMicros - SECOND_MICROS)} (UTC)`
}

function dayOf(micros: number): string {
  return quayDay(dayOfSecond(micros / SECOND_MICROS))
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Escapes a text for HTML, attributes included. */
function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (one) => ESCAPES[one] ?? one)
}
