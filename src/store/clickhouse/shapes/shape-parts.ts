import type { Condition, EventFilter } from '../../../core/query/query.ts'
import { isAscii } from '../filter/ascii.ts'
import type { KnownShape, KnownShapes } from './known-shapes.ts'
import type { ShapeValues, Told } from './shape-values.ts'

/** Shapes that a statement may name in all; where there are more, it does not name them. */
const SHAPES_NAMED_MAX = 64
/** Parts that a statement may have. */
const PARTS_MAX = 8

/** The events of some shapes that meet some conditions. */
interface ShapePart {
  readonly shapes: readonly string[]
  readonly conditions: readonly Condition[]
}

/** A filter that may be taken apart by the shapes of the events. */
export interface PartedFilter extends EventFilter {
  /**
   * The filter's events, each in one part; absent when it is not taken apart. `conditions` are what
   * they were.
   */
  readonly parts?: readonly ShapePart[]
}

/**
 * A filter with what the shapes of events tell of its conditions worked out.
 *
 * The engine cannot use an index or the counts by day where conditions are alternatives, and it
 * has no idea that a field is empty in all events. Of each shape it is known here: what is left to
 * ask of its events is usually one comparison, or nothing.
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

/** Undefined where there is nothing to gain. */
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
  // Naming the shapes would only be one more thing to test.
  if (parts.size === 1 && parts.has(JSON.stringify(conditions))) return undefined
  return [...parts.values()]
}

type Conditions = readonly Condition[]

/** What is left to ask of an event: all of these, which may be none. */
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
  const told = values.get(condition.field)
  if (told === undefined) return [condition]
  if ('inIgnoringCase' in condition) return leftIgnoringCase(condition, told)
  if ('notHexadecimalDigits' in condition) {
    return told !== 'not empty' && told.value === '' ? HOLDS : [condition]
  }
  if ('startsWithAny' in condition) {
    if (told === 'not empty') return [condition]
    const { value } = told
    return condition.startsWithAny.some((text) => value.startsWith(text)) ? HOLDS : 'nothing holds'
  }
  if ('in' in condition) {
    const { field, in: wanted } = condition
    if (told !== 'not empty') return wanted.includes(told.value) ? HOLDS : 'nothing holds'
    const others = wanted.filter((value) => value !== '')
    return others.length === 0 ? 'nothing holds' : [{ field, in: others }]
  }
  const { field, notIn } = condition
  if (told !== 'not empty') return notIn.includes(told.value) ? 'nothing holds' : HOLDS
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

/** Other letters are folded by the engine, so that both sides are folded alike. */
function leftIgnoringCase(
  condition: Extract<Condition, { readonly inIgnoringCase: unknown }>,
  told: Exclude<Told, undefined>,
): Left {
  const { field, inIgnoringCase: wanted } = condition
  if (told === 'not empty') {
    const others = wanted.filter((value) => value !== '')
    return others.length === 0 ? 'nothing holds' : [{ field, inIgnoringCase: others }]
  }
  if (![told.value, ...wanted].every(isAscii)) return [condition]
  const value = told.value.toLowerCase()
  return wanted.some((one) => one.toLowerCase() === value) ? HOLDS : 'nothing holds'
}
