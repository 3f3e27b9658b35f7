import type { FastifySchemaCompiler } from 'fastify'

/** Digits that a number always holds exactly. */
const INTEGER = /^-?\d{1,15}$/

/**
 * A validator compiler that accepts only decimal digits for integers in the query string. The
 * wrapped compiler converts texts, and would accept `true`, `0x10` and ` 5` as numbers.
 */
export function withStrictIntegers<Schema>(
  compiler: FastifySchemaCompiler<Schema>,
): FastifySchemaCompiler<Schema> {
  return (route) => {
    const validate = compiler(route)
    if (route.httpPart !== 'querystring') return validate
    const names = integerNames(route.schema)
    return (value) => {
      const refused = names.find((name) => isWrong(value?.[name]))
      return refused === undefined ? validate(value) : { error: [notAnInteger(refused)] }
    }
  }
}

function isWrong(value: unknown): boolean {
  return value !== undefined && !(typeof value === 'string' && INTEGER.test(value))
}

function notAnInteger(name: string) {
  const message = 'must be an integer in decimal digits'
  const instancePath = `/${name}`
  return { keyword: 'type', instancePath, schemaPath: '', params: { type: 'integer' }, message }
}

function integerNames(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return []
  const names: string[] = []
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (typeof property !== 'object' || property === null || !('type' in property)) continue
    if (property.type === 'integer') names.push(name)
  }
  return names
}
