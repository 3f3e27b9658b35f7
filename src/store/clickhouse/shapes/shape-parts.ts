import type { Condition, EventFilter } from '../../../core/query/query.ts'
import { isAscii } from '../filter/ascii.ts'
import type { KnownShape, KnownShapes } from './known-shapes.ts'
import type { ShapeValue, ShapeValues } from './shape-values.ts'

/** Most shapes that a statement may list in total; with more, it does not list them. */
const SHAPES_NAMED_MAX = 64
/** Most parts of a statement. */
const PARTS_MAX = 8

/** The events of some shapes that meet some conditions. */
interface ShapePart {
  readonly shapes: readonly string[]
  readonly conditions: readonly Condition[]
}

/** A filter that may be split by the shapes of the events. */
export interface PartedFilter extends EventFilter {
  /**
   * The filter's events, each in one part; absent when the filter is not split. `conditions` remain
   * unchanged.
   */
  readonly parts?: readonly ShapePart[]
}

/**
 * Simplifies a filter by what the shapes of events show about its conditions.
 *
 * The engine cannot use an index or the counts by day for alternative conditions, and does not know
 * that a field is empty in all events. For each shape this is known here, so that usually one
 * comparison remains, or none.
 */
export async function partByShapes(
  filter: EventFilter,
  knownShapes: KnownShapes,
): Promise<PartedFilter> {
  if (filter.conditions.length === 0) return filter
  const shapes = await knownShapes.all()
  const parts = shapes === undefined ? undefined : partsOf(filter.conditions, shapes)
  return parts === undefined ? filter : { ...filter, parts }
}

/** Undefined when nothing is gained. */
function partsOf(
  conditions: readonly Condition[],
  shapes: Iterable<KnownShape>,
): readonly ShapePart[] | undefined {
  const parts = new Map<string, { readonly shapes: string[]; readonly conditions: Conditions }>()
  let named = 0
  for (const { shape, values } of shapes) {
    const left = leftOfAll(conditions, values)
    if (left === 'nothing holds') continue
    const key = JSON.stringify(left)
    const part = parts.get(key)
    if (part === undefined) parts.set(key, { shapes: [shape], conditions: left })
    else part.shapes.push(shape)
    named += 1
    if (named > SHAPES_NAMED_MAX || parts.size > PARTS_MAX) return undefined
  }
  // Listing the shapes would only add a test.
  if (parts.size === 1 && parts.has(JSON.stringify(conditions))) return undefined
  return [...parts.values()]
}

type Conditions = readonly Condition[]

/** The conditions that remain to be tested, possibly none. */
type Left = Conditions | 'nothing holds'

const HOLDS: Left = []

function leftOfAll(conditions: Conditions, values: ShapeValues): Left {
  const left: Condition[] = []
  for (const condition of conditions) {
    const one = leftOf(condition, values)
    if (one === 'nothing holds') return one
    left.push(...one)
  }
  return left
}

function leftOf(condition: Condition, values: ShapeValues): Left {
  if ('anyOf' in condition) return leftOfAny(condition.anyOf, values)
  if ('not' in condition) return leftOfNot(condition, values)
  if (!('field' in condition)) return [condition]
  const known = values.get(condition.field)
  if (known === undefined) return [condition]
  if ('inIgnoringCase' in condition) return leftIgnoringCase(condition, known)
  if ('notHexadecimalDigits' in condition) {
    return known !== 'not empty' && known.value === '' ? HOLDS : [condition]
  }
  if ('startsWithAny' in condition) {
    if (known === 'not empty') return [condition]
    const { value } = known
    return condition.startsWithAny.some((text) => value.startsWith(text)) ? HOLDS : 'nothing holds'
  }
  if ('in' in condition) {
    const { field, in: wanted } = condition
    if (known !== 'not empty') return wanted.includes(known.value) ? HOLDS : 'nothing holds'
    const others = wanted.filter((value) => value !== '')
    return others.length === 0 ? 'nothing holds' : [{ field, in: others }]
  }
  const { field, notIn } = condition
  if (known !== 'not empty') return notIn.includes(known.value) ? 'nothing holds' : HOLDS
  const others = notIn.filter((value) => value !== '')
  return others.length === 0 ? HOLDS : [{ field, notIn: others }]
}

function leftOfAny(alternatives: readonly Conditions[], values: ShapeValues): Left {
  const left: Conditions[] = []
  for (const alternative of alternatives) {
    const one = leftOfAll(alternative, values)
    if (one === 'nothing holds') continue
    if (one.length === 0) return HOLDS
    left.push(one)
  }
  const [only, second] = left
  if (only === undefined) return 'nothing holds'
  return second === undefined ? only : [{ anyOf: left }]
}

function leftOfNot(
  condition: Extract<Condition, { readonly not: unknown }>,
  values: ShapeValues,
): Left {
  const inner = leftOf(condition.not, values)
  if (inner === 'nothing holds') return HOLDS
  return inner.length === 0 ? 'nothing holds' : [condition]
}

/** The engine folds other letters, so that both sides are folded alike. */
function leftIgnoringCase(
  condition: Extract<Condition, { readonly inIgnoringCase: unknown }>,
  known: Exclude<ShapeValue, undefined>,
): Left {
  const { field, inIgnoringCase: wanted } = condition
  if (known === 'not empty') {
    const others = wanted.filter((value) => value !== '')
    return others.length === 0 ? 'nothing holds' : [{ field, inIgnoringCase: others }]
  }
  if (![known.value, ...wanted].every(isAscii)) return [condition]
  const value = known.value.toLowerCase()
  return wanted.some((one) => one.toLowerCase() === value) ? HOLDS : 'nothing holds'
}
