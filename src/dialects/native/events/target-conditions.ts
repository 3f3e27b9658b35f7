import type { Condition } from '../../../core/query/query.ts'

/** Fewest hexadecimal digits that count as the beginning of a digest or an id. */
export const BEGINNING_DIGITS_MIN = 12

const ALGORITHMS = ['sha256', 'sha512'] as const
/** Digits of a whole digest. */
const WHOLE_DIGITS = { sha256: 64, sha512: 128 } as const

const BEGINNING = new RegExp(
  `^(?:(?<algorithm>${ALGORITHMS.join('|')}):)?(?<digits>[0-9a-f]{${BEGINNING_DIGITS_MIN},})$`,
  'i',
)

/** Values of a target's id or digest. */
interface Values {
  readonly exact: readonly string[]
  readonly beginnings: readonly string[]
}

/**
 * What a `target` matches in addition to the exact text: tools print the first 12 digits of a
 * digest or an id, with or without the algorithm.
 */
export function targetBeginnings(targets: readonly string[]): readonly Condition[] {
  const digests = targets.map(digestValues)
  const ids = targets.map(idValues)
  return [...valuesIn('targetId', merged(ids)), ...valuesIn('digest', merged(digests))]
}

function digestValues(target: string): Values {
  const { algorithm, digits } = read(target)
  if (digits === undefined) return NONE
  const algorithms = algorithm === undefined ? ALGORITHMS : [algorithm]
  return merged(
    algorithms.map((name): Values => {
      const text = `${name}:${digits}`
      if (digits.length > WHOLE_DIGITS[name]) return NONE
      return digits.length === WHOLE_DIGITS[name]
        ? { exact: [text], beginnings: [] }
        : { exact: [], beginnings: [text] }
    }),
  )
}

/** An engine's image id has the prefix `sha256:`, a container id has not. */
function idValues(target: string): Values {
  const { algorithm, digits } = read(target)
  if (digits === undefined) return NONE
  const texts = algorithm === 'sha512' ? [`sha512:${digits}`] : [digits, `sha256:${digits}`]
  return digits.length < WHOLE_DIGITS[algorithm ?? 'sha256']
    ? { exact: [], beginnings: texts }
    : { exact: texts, beginnings: [] }
}

const NONE: Values = { exact: [], beginnings: [] }

function read(target: string) {
  const groups = BEGINNING.exec(target)?.groups
  const algorithm = ALGORITHMS.find((name) => name === groups?.['algorithm']?.toLowerCase())
  return { algorithm, digits: groups?.['digits']?.toLowerCase() }
}

function merged(all: readonly Values[]): Values {
  return {
    exact: all.flatMap(({ exact }) => exact),
    beginnings: all.flatMap(({ beginnings }) => beginnings),
  }
}

function valuesIn(field: 'targetId' | 'digest', values: Values): readonly Condition[] {
  const { exact, beginnings } = values
  return [
    ...(exact.length === 0 ? [] : [{ field, in: exact }]),
    ...(beginnings.length === 0 ? [] : [{ field, startsWithAny: beginnings }]),
  ]
}
