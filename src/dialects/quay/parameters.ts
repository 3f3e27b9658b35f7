import { firstValue } from '../api/parameter-values.ts'
import type { SentDates } from './log/time-range.ts'

/** Whose log a route answers with; the segment after `/api/v1/`. */
export const SUBJECT_KINDS = ['user', 'organization', 'repository'] as const
export type SubjectKind = (typeof SUBJECT_KINDS)[number]

/** What the rest of a route's path says. */
export interface LogPath {
  /** The last segment: `logs`, `aggregatelogs`. */
  readonly operation: string
  /** Absent: the current user's own. */
  readonly namespace?: string
  /** Without its namespace; it may hold slashes itself. */
  readonly repository?: string
}

/**
 * Reads the decoded path after `/api/v1/{subjectKind}/`: `logs`, `acme/logs`, `acme/team/app/logs`.
 * An encoded slash (`%2F`) is a slash like any other. Undefined where Quay has no route.
 */
export function readLogPath(subjectKind: SubjectKind, path: string): LogPath | undefined {
  const segments = path.split('/')
  const operation = segments.at(-1) ?? ''
  const [namespace = '', ...repository] = segments.slice(0, -1)
  if (segments.includes('')) return undefined
  switch (subjectKind) {
    case 'user':
      return namespace === '' ? { operation } : undefined
    case 'organization':
      return segments.length === 2 ? { operation, namespace } : undefined
    case 'repository':
      return segments.length > 2
        ? { operation, namespace, repository: repository.join('/') }
        : undefined
  }
}

/** The same for a path that names a subject and no operation, which is then `''`. */
export function readSubjectPath(subjectKind: SubjectKind, path: string): LogPath | undefined {
  const found = subjectKind === 'user' ? undefined : readLogPath(subjectKind, `${path}/any`)
  return found && { ...found, operation: '' }
}

/** What a log route reads from the query. Every other parameter is ignored, as in Quay. */
export interface LogParameters {
  readonly dates: SentDates
  readonly performer: string | undefined
  readonly nextPage: string | undefined
}

/** The parameters of a parsed query. Of a repeated one the first value counts; empty is absent. */
export function readLogParameters(query: unknown): LogParameters {
  return {
    dates: { starttime: firstValue(query, 'starttime'), endtime: firstValue(query, 'endtime') },
    performer: firstValue(query, 'performer'),
    nextPage: firstValue(query, 'next_page'),
  }
}
