import { ImportError } from '../../../collecting/importer.ts'

/** Longest part of the database's own message that is shown. */
const SAID_LENGTH_MAX = 300

/** Errors of PostgreSQL (its appendix A) and of the network, in words for people. */
const REASONS: Readonly<Record<string, string>> = {
  '28P01': 'wrong user name or password',
  '28000': 'the user is not allowed to connect',
  '3D000': 'no database of that name',
  '42501': 'the user may not read a table of the log',
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'the host name cannot be resolved',
  ENOENT: 'no such socket',
  ECONNRESET: 'the connection was closed',
  ETIMEDOUT: 'no answer in time',
}

/** Classes of temporary errors: lost connections, lack of resources, a restarting database. */
const PASSING_CLASSES = ['08', '53', '57', '58', '40', '55']
const PASSING_CODES = ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN']
const PASSING_MESSAGE = /connection (?:terminated|ended)|timeout|timed out|not queryable/i

/** The database for messages: its URL without the user's name and password. */
export function shownDatabase(url: string): string {
  if (!URL.canParse(url)) return 'the database'
  const { host, pathname, searchParams } = new URL(url)
  return `${host || searchParams.get('host') || 'the local socket'}${pathname}`
}

/** Whether a query may succeed when it is retried a little later. */
export function isPassing(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const code = codeOf(error)
  if (code !== undefined) {
    return PASSING_CODES.includes(code) || PASSING_CLASSES.includes(code.slice(0, 2))
  }
  return PASSING_MESSAGE.test(error.message)
}

/** The reason of an error, as a phrase. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error)
  const known = code === undefined ? undefined : REASONS[code]
  if (known !== undefined) return known
  const said = error instanceof Error ? error.message : String(error)
  return said.slice(0, SAID_LENGTH_MAX)
}

/** The error of a database, in words for people. */
export function databaseError(database: string, error: unknown): ImportError {
  if (error instanceof ImportError) return error
  const code = codeOf(error)
  const isStrange = code === '42P01' || code === '42703'
  return new ImportError(`${database}: ${reasonOf(error)}`, {
    cause: error,
    ...(isStrange && { hint: 'is this the database of a Quay?' }),
  })
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
