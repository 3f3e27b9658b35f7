/** A name in a transcript stands for a value: `<<admin>>`, `<<repeat 3 x>>`, `<<hex fffe>>`. */
const PLACEHOLDER = /<<([^>]*(?:>(?!>)[^>]*)*)>>/g

/** Lines of a transcript that begin with `> ` or `< `, with where they stand. */
interface Message {
  /** Request line, or status. */
  readonly start: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** One request and what its answer must be. */
export interface Step {
  /** The prose line before the request, for the test's name. */
  readonly title: string
  /** From 1. */
  readonly line: number
  readonly request: Message
  readonly response: Message
}

/** Values by name, given at the start or captured from answers. */
export type Values = Map<string, unknown>

/** Reads the steps of a transcript; throws an error that names the line it cannot read. */
export function parseTranscript(text: string): readonly Step[] {
  const lines = text.split('\n')
  const steps: Step[] = []
  let title = ''
  let index = 0
  const take = (mark: string): readonly string[] => {
    const taken: string[] = []
    for (; isMarked(lines[index], mark); index += 1) taken.push((lines[index] ?? '').slice(2))
    return taken
  }
  while (index < lines.length) {
    const line = index + 1
    if (isMarked(lines[index], '>')) {
      const request = readMessage(take('>'))
      if (!isMarked(lines[index], '<')) throw new Error(`line ${line}: a request without an answer`)
      steps.push({ title, line, request, response: readMessage(take('<')) })
    } else {
      if (isMarked(lines[index], '<')) throw new Error(`line ${line}: an answer without a request`)
      title = lines[index]?.trim() || title
      index += 1
    }
  }
  return steps
}

/** Replaces every `<<name>>` of a request by its value, as bytes. */
export function expand(text: string, values: Values): Buffer {
  const parts: Buffer[] = []
  let end = 0
  for (const match of text.matchAll(PLACEHOLDER)) {
    parts.push(Buffer.from(text.slice(end, match.index)), valueNamed(match[1] ?? '', values))
    end = match.index + match[0].length
  }
  return Buffer.concat([...parts, Buffer.from(text.slice(end))])
}

function valueNamed(expression: string, values: Values): Buffer {
  const [word, count] = expression.split(' ', 2)
  if (word === 'hex') return Buffer.from(count ?? '', 'hex')
  if (word === 'repeat') {
    const repeated = expression.slice(`repeat ${count} `.length).replaceAll('\\n', '\n')
    return Buffer.from(repeated.repeat(Number(count)))
  }
  if (!values.has(expression)) throw new Error(`nothing is known by the name <<${expression}>>`)
  return Buffer.from(String(values.get(expression)))
}

/**
 * Where a value differs from what is expected, as a path and two values; undefined when it does
 * not. An expected `<<any>>` is met by anything, another name by its value or, when it has none
 * yet, by anything, which it then stands for. `"..."` as a key or last item lets more follow.
 */
export function difference(
  expected: unknown,
  actual: unknown,
  values: Values,
  path = '',
): string | undefined {
  const name = typeof expected === 'string' ? /^<<(.*)>>$/.exec(expected)?.[1] : undefined
  if (name !== undefined) {
    if (actual === undefined) return `${path}: expected a value for <<${name}>>, got none`
    if (name === 'any') return undefined
    if (!values.has(name)) values.set(name, actual)
    return differs(path, values.get(name), actual)
  }
  if (typeof expected !== 'object' || expected === null) return differs(path, expected, actual)
  if (typeof actual !== 'object' || actual === null) return differs(path, expected, actual)
  if (Array.isArray(expected) !== Array.isArray(actual)) return differs(path, expected, actual)
  const isOpen = Array.isArray(expected) ? expected.at(-1) === '...' : '...' in expected
  const wanted = Object.entries(expected).filter(([key, value]) => key !== '...' && value !== '...')
  for (const [key, value] of wanted) {
    const found = difference(value, Reflect.get(actual, key), values, `${path}/${key}`)
    if (found !== undefined) return found
  }
  const known = new Set(wanted.map(([key]) => key))
  const extra = Object.keys(actual).find((key) => !known.has(key))
  if (isOpen || extra === undefined) return undefined
  return `${path}/${extra}: not expected, got ${JSON.stringify(Reflect.get(actual, extra))}`
}

function differs(path: string, expected: unknown, actual: unknown): string | undefined {
  const isSame = JSON.stringify(expected) === JSON.stringify(actual)
  const texts = `expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`
  return isSame ? undefined : `${path === '' ? 'the body' : path}: ${texts}`
}

function isMarked(line: string | undefined, mark: string): boolean {
  return line === mark || line?.startsWith(`${mark} `) === true
}

function readMessage(lines: readonly string[]): Message {
  const [start = '', ...rest] = lines
  const blank = rest.indexOf('')
  const head = blank === -1 ? rest : rest.slice(0, blank)
  const body = blank === -1 ? '' : rest.slice(blank + 1).join('\n')
  const headers = head.map((header) => {
    const colon = header.indexOf(':')
    return [header.slice(0, colon), header.slice(colon + 1).trim()] as const
  })
  return { start, headers, body }
}
