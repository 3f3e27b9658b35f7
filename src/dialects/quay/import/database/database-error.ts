import { ImportError } from '../../../collecting/importer.ts'

/** Longest part of what the database said that is shown. */
const SAID_LENGTH_MAX = 300

/** Errors of PostgreSQL (its appendix A) and of the network for people. */
const REASONS: Readonly<Record<string, string>> = {
  '28P01': 'it refused the user name or the password',
  '28000': 'it does not let this user in',
  '3D000': 'it has no database of that name',
  '42501': 'the user may not read a table of the log',
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up',
  ENOENT: 'there is no such socket',
  ECONNRESET: 'the connection was cut',
  ETIMEDOUT: 'no answer in time',
}

/** Classes of errors that pass: lost connections, lack of resources, a database that restarts. */
const PASSING_CLASSES = ['08', '53', '57', '58', '40', '55']
const PASSING_CODES = ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN']
const PASSING_MESSAGE = /connection (?:terminated|ended)|timeout|timed out|not queryable/i

/** The database as it may be named: its URL without the user's name and password. */
export function shownDatabase(url: string): string {
  if (!URL.canParse(url)) return 'the database'
  const { host, pathname, searchParams } = new URL(url)
  return `${host || searchParams.get('host') || 'the local socket'}${pathname}`
}

/** Whether a query may succeed when it is asked again a little later. */
export function isPassing(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const code = codeOf(error)
  if (code !== undefined) {
    return PASSING_CODES.includes(code) || PASSING_CLASSES.includes(code.slice(0, 2))
  }
  return PASSING_MESSAGE.test(error.message)
}

/** What went wrong, as a phrase. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error)
  const known = code === undefined ? undefined : REASONS[code]
  if (known !== undefined) return known
  const said = error instanceof Error ? error.message : String(error)
  return said.slice(0, SAID_LENGTH_MAX)
}

/** The error of a database for people. */
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
