import { isMembers, type Members } from '../../core/json/json.ts'

const FORMAT_EXAMPLES: Readonly<Record<string, string>> = {
  'date-time': '2026-11-22T12:10:41.814279Z',
  date: '2026-11-22',
  uuid: '0199d0a1-7c1e-7f3a-9b1c-2f6f5a1c9e10',
  ipv4: '192.0.2.7',
  ipv6: '2001:db8::7',
  uri: 'https://audit.example.org/exported',
}

/**
 * An example value for a schema: its first example or its default, else one made from its parts.
 * Optional members are left out unless they have an example.
 */
export function exampleOf(schema: unknown): unknown {
  if (!isMembers(schema)) return {}
  const stated = statedExample(schema)
  if (stated !== undefined) return stated
  const choices = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(choices)) return exampleOf(choices[0])
  switch (schema['type']) {
    case 'object':
      return objectExample(schema)
    case 'array':
      return [exampleOf(schema['items'])]
    case 'integer':
    case 'number':
      return Math.max(Number(schema['minimum'] ?? 0), 0)
    case 'boolean':
      return false
    case 'null':
      return null
    case 'string':
      return FORMAT_EXAMPLES[String(schema['format'])] ?? 'text'
    default:
      return {}
  }
}

function statedExample({ examples, default: standard, const: only, enum: values }: Members) {
  if (Array.isArray(examples)) return examples[0]
  if (standard !== undefined) return standard
  if (only !== undefined) return only
  return Array.isArray(values) ? values[0] : undefined
}

function objectExample({ properties, required }: Members): unknown {
  const needed = Array.isArray(required) ? required : []
  const shown = Object.entries(isMembers(properties) ? properties : {}).filter(
    ([name, schema]) => needed.includes(name) || (isMembers(schema) && 'examples' in schema),
  )
  return Object.fromEntries(shown.map(([name, schema]) => [name, exampleOf(schema)]))
}
