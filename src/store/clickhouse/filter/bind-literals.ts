import type { ParameterValue, Statement } from '../connection/connection.ts'

const PLACEHOLDER = /\{(\w+):([A-Za-z0-9()]+)\}/g

/**
 * The text of a statement with its parameters as literals.
 *
 * Only chDB needs it. Its own binding is unusable in a server: parameters are process state, so
 * chDB runs the parameterized queries of all sessions one at a time, and a count over the whole log
 * would block every page. Literals are cast to the placeholder's type, so both connections see the
 * same types.
 *
 * @throws Error when a placeholder has no value, which is a bug of the caller, never a client's
 * fault.
 */
export function bindLiterals(statement: Statement): string {
  const parameters = statement.parameters ?? {}
  return statement.sql.replace(PLACEHOLDER, (_, name: string, type: string) => {
    const value = parameters[name]
    if (value === undefined) throw new Error(`statement parameter ${name} has no value`)
    return type === 'String' ? literal(value) : `CAST(${literal(value)}, '${type}')`
  })
}

function literal(value: ParameterValue): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'number') return integer(value)
  return `[${value.map(literal).join(', ')}]`
}

function integer(value: number): string {
  if (!Number.isSafeInteger(value))
    throw new Error(`statement parameter ${value} is not an integer`)
  return String(value)
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '\0': '\\0' }

/** A string literal. Only a backslash or a quote can end one; NUL would end the statement. */
function quote(text: string): string {
  return `'${text.replace(/[\\'\0]/g, (character) => ESCAPES[character] ?? '')}'`
}
