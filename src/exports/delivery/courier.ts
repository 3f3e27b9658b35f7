import { cutText } from '../../core/cut-text.ts'
import type { Clock } from '../../core/time/timestamp.ts'
import type { ExportForm, ExportResult } from '../export-form.ts'
import type { Delivery, ExportJob } from '../jobs/export-job.ts'
import { afterFailure, type DueDelivery } from '../jobs/job-order.ts'
import { CALLBACK_MS_MAX, PROBLEM_LENGTH_MAX } from '../limits.ts'
import {
  type CallbackPolicy,
  CallbackRefusal,
  type Resolver,
  resolveCallback,
} from './callback-target.ts'
import type { LinkSigner } from './export-link.ts'
import { type Mailer, MailRefused } from './mailer.ts'
import { sendCallback } from './send-callback.ts'

/** What a courier needs to reach the receivers. */
export interface CourierOptions {
  readonly forms: ReadonlyMap<string, ExportForm>
  readonly links: LinkSigner
  readonly linkSeconds: number
  readonly policy: CallbackPolicy
  readonly resolver: Resolver
  /** Absent when no mail server is configured. */
  readonly mailer: Mailer | undefined
  readonly clock: Clock
  /** Default `CALLBACK_MS_MAX`. */
  readonly callbackMsMax?: number
}

/** Notifies receivers of the result of exports. */
export interface Courier {
  /**
   * Tries a delivery once, and returns its new state: delivered, to be retried, or given up.
   * Returns undefined when the signal aborted the attempt.
   */
  attempt(due: DueDelivery, signal: AbortSignal): Promise<Delivery | undefined>
}

/** A courier by HTTP and mail. */
export function createCourier(options: CourierOptions): Courier {
  const { clock } = options
  return {
    async attempt({ job, delivery }, signal) {
      try {
        await deliver(job, delivery, { ...options, signal })
        const { problem: _problem, ...kept } = delivery
        const attempts = delivery.attempts + 1
        return { ...kept, attempts, status: 'delivered', deliveredMicros: clock() }
      } catch (error) {
        if (signal.aborted) return undefined
        return afterFailure(delivery, {
          problem: cutText(problemOf(error), PROBLEM_LENGTH_MAX),
          isFinal: error instanceof MailRefused,
          finishedMicros: job.finishedMicros ?? 0,
          nowMicros: clock(),
        })
      }
    },
  }
}

interface Attempt extends CourierOptions {
  readonly signal: AbortSignal
}

async function deliver(job: ExportJob, delivery: Delivery, attempt: Attempt): Promise<void> {
  const form = attempt.forms.get(job.form)
  if (form === undefined)
    throw new Error(`no notification exists for exports of the form ${job.form}`)
  const result = resultOf(job, form, attempt)
  if (delivery.channel === 'callback') {
    await postCallback(delivery.to, JSON.stringify(form.callback(result)), attempt)
  } else {
    if (attempt.mailer === undefined) throw new Error('no mail server is configured')
    // Every attempt has the same id, so that mail programs show a repeated mail once.
    const messageId = `${job.id}@${job.origin}.waybill`
    await attempt.mailer.send({ ...form.mail(result), to: delivery.to, messageId })
  }
}

/** Each attempt signs a new link, so that the receiver gets the link's whole lifetime. */
function resultOf(job: ExportJob, form: ExportForm, attempt: Attempt): ExportResult {
  const { links, linkSeconds, clock } = attempt
  if (!job.hasFile) return { job, url: undefined, linkSeconds }
  const token = links.sign(job.fileName, clock() / 1_000_000 + linkSeconds)
  return { job, url: `${job.linkBase}${form.linkPath}${job.fileName}?token=${token}`, linkSeconds }
}

async function postCallback(url: string, body: string, attempt: Attempt): Promise<void> {
  const { policy, resolver, signal, callbackMsMax = CALLBACK_MS_MAX } = attempt
  const limit = AbortSignal.any([signal, AbortSignal.timeout(callbackMsMax)])
  const target = await resolveCallback(url, policy, resolver)
  await sendCallback(target, body, limit)
}

/** The failure, in the words of the network, the receiver or the mail server. */
function problemOf(error: unknown): string {
  if (error instanceof CallbackRefusal || error instanceof MailRefused) return error.message
  if (!(error instanceof Error)) return 'unknown error'
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'no answer in time'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return code === undefined ? error.message : `${code}: ${error.message}`
}
