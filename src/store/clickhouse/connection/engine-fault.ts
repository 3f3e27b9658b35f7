import { Fault } from '../../../core/errors.ts'

/** Seconds after which a client may retry when the engine could not answer. */
const RETRY_AFTER_SECONDS = 5

/**
 * ClickHouse error codes for an invalid statement, which is Waybill's fault; a retry would not
 * help. All other errors (disk full, memory, timeouts, too many parts, a lost server) may be
 * temporary.
 */
const STATEMENT_ERRORS: ReadonlySet<number> = new Set([
  6, // CANNOT_PARSE_TEXT
  26, // CANNOT_PARSE_QUOTED_STRING
  27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  36, // BAD_ARGUMENTS
  41, // CANNOT_PARSE_DATETIME
  42, // NUMBER_OF_ARGUMENTS_DOESNT_MATCH
  43, // ILLEGAL_TYPE_OF_ARGUMENT
  44, // ILLEGAL_COLUMN
  46, // UNKNOWN_FUNCTION
  47, // UNKNOWN_IDENTIFIER
  50, // UNKNOWN_TYPE
  53, // TYPE_MISMATCH
  62, // SYNTAX_ERROR
  72, // CANNOT_PARSE_NUMBER
  115, // UNKNOWN_SETTING
  117, // INCORRECT_DATA
  184, // ILLEGAL_AGGREGATION
  215, // NOT_AN_AGGREGATE
  386, // NO_COMMON_TYPE
  456, // UNKNOWN_QUERY_PARAMETER
  457, // BAD_QUERY_PARAMETER
])

/**
 * Error codes for stored data that cannot be read: a file is missing, short or altered. Retries do
 * not help.
 */
const DAMAGE_ERRORS: ReadonlySet<number> = new Set([
  32, // ATTEMPT_TO_READ_AFTER_EOF
  33, // CANNOT_READ_ALL_DATA
  40, // CHECKSUM_DOESNT_MATCH
  107, // FILE_DOESNT_EXIST
  226, // NO_FILE_IN_DATA_PART
  228, // BAD_SIZE_OF_FILE_IN_DATA_PART
  246, // CORRUPTED_DATA
  271, // CANNOT_DECOMPRESS
  432, // UNKNOWN_CODEC
  740, // POTENTIALLY_BROKEN_DATA_PART
])

/** Converts an error of either engine to a Fault. Faults pass through unchanged. */
export function engineFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  const code = clickHouseCode(error)
  if (code !== undefined && STATEMENT_ERRORS.has(code)) {
    return new Fault('internal.fault', { cause: error })
  }
  if (code !== undefined && DAMAGE_ERRORS.has(code)) {
    return new Fault('store.damaged', { retryAfterSeconds: RETRY_AFTER_SECONDS, cause: error })
  }
  return new Fault('store.unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS, cause: error })
}

/** Error codes for a query that exceeds a limit, however often it is repeated. */
const COMPLEXITY_ERRORS: ReadonlySet<number> = new Set([
  158, // TOO_MANY_ROWS
  161, // TOO_MANY_COLUMNS
  162, // TOO_DEEP_SUBQUERIES
  167, // TOO_DEEP_AST
  168, // TOO_BIG_AST
  191, // SET_SIZE_LIMIT_EXCEEDED
  306, // TOO_DEEP_RECURSION
  307, // TOO_MANY_BYTES
  396, // TOO_MANY_ROWS_OR_BYTES
])
const TIMEOUT_ERRORS: ReadonlySet<number> = new Set([
  159, // TIMEOUT_EXCEEDED
  160, // TOO_SLOW
])
const MEMORY_ERROR = 241
/**
 * The limit of the query itself, not that of the whole engine, which other queries may have used
 * up.
 */
const OWN_MEMORY_LIMIT = /query memory limit exceeded|memory limit \(for query\) exceeded/i
/** A server rejects a form with too many or too long fields before it has an error code. */
const REFUSED_FORM = /HTML Form Exception: (Field value too long|Too many)/

/**
 * Refines the Fault of a query that a client composed: if the query itself is the cause, the Fault
 * says so, because repeating it would not help. Other errors are unchanged.
 */
export function queryFault(error: unknown): unknown {
  if (!(error instanceof Fault) || error.cause === undefined) return error
  const { cause } = error
  if (cause instanceof Error && REFUSED_FORM.test(cause.message)) {
    return new Fault('query.too-complex', { cause })
  }
  const code = clickHouseCode(cause)
  if (code === undefined) return error
  if (TIMEOUT_ERRORS.has(code)) return new Fault('query.timeout', { cause })
  const isOwnMemory =
    code === MEMORY_ERROR && cause instanceof Error && OWN_MEMORY_LIMIT.test(cause.message)
  return isOwnMemory || COMPLEXITY_ERRORS.has(code)
    ? new Fault('query.too-complex', { cause })
    : error
}

/** The ClickHouse error code in an error of chDB or of the HTTP client, if any. */
function clickHouseCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined
  const ofChdb = 'clickhouseCode' in error ? error.clickhouseCode : undefined
  if (typeof ofChdb === 'number') return ofChdb
  const ofClient = 'code' in error ? Number(error.code) : Number.NaN
  if (Number.isInteger(ofClient)) return ofClient
  const inText = /^Code: (\d+)\./m.exec(error.message)?.[1]
  return inText === undefined ? undefined : Number(inText)
}
