import type { Answer } from '../../api/api.ts'
import type { DialectContext } from '../../api/dialect.ts'

/** What an installation can choose about the Quay dialect (`dialects.quay.*`). */
export interface QuaySettings {
  /** Longest range of an aggregate, in days, the day added to its end included; absent: any. */
  readonly aggregateDaysMax?: number | undefined
  /** Whether a GET by a browser must carry `X-Requested-With`; absent: it must, as in Quay. */
  readonly browserApiCallsXhrOnly?: boolean
  /** How long after its password a session reads the superuser's logs; absent: ten minutes. */
  readonly freshLoginSeconds?: number
  /** The status that grants an export: 200 as Quay sends it, the default, or the documented 201. */
  readonly exportStatus?: '200' | '201'
}

/** What the routes of this dialect work with. */
export interface QuayServices {
  readonly context: DialectContext
  readonly settings: QuaySettings
}

/** Answers a request to this dialect. */
export type QuayAnswer = Answer<QuayServices>
