import type { Condition, EventFilter, Field } from '../../core/query.ts'
import { PACKED_COLUMNS, PACKED_SEPARATOR, SHAPE_FIELDS, TARGET_MEMBERS } from './event-columns.ts'
import type { KnownShapes } from './known-shapes.ts'

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
  shapes: readonly string[],
): readonly ShapePart[] | undefined {
  const parts = new Map<string, { readonly shapes: string[]; readonly conditions: Conditions }>()
  let named = 0
  for (const shape of shapes) {
    const left = leftOfAll(conditions, valuesOf(shape))
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

/** What an event's shape tells of a field: its value, that it has one, or nothing. */
type Told = { readonly value: string } | 'not empty' | undefined

type Values = ReadonlyMap<Field, Told>

const MEMBER_FIELDS: Readonly<Record<(typeof TARGET_MEMBERS)[number][1], Field>> = {
  target_digest: 'digest',
  target_id: 'targetId',
  target_name: 'targetName',
  target_namespace: 'namespace',
  target_repository: 'repository',
  target_tag: 'tag',
}

const EMPTY: Told = { value: '' }

function valuesOf(shape: string): Values {
  const texts = shape.split(PACKED_SEPARATOR)
  const values = new Map<Field, Told>()
  for (const [index, name] of PACKED_COLUMNS.shape.entries()) {
    const value = texts[index] ?? ''
    const field = SHAPE_FIELDS[name]
    if (field !== undefined) values.set(field, { value })
    if (name === 'action') {
      values.set('verb', { value: value.slice(value.indexOf('.') + 1) })
    } else if (name === 'target_members') {
      for (const [letter, column] of TARGET_MEMBERS) {
        values.set(MEMBER_FIELDS[column], value.includes(letter) ? 'not empty' : EMPTY)
      }
    } else if (name === 'actor_kind' && value === '') {
      for (const own of ['actorId', 'actorName', 'actorEmail'] as const) values.set(own, EMPTY)
    }
  }
  return values
}

function leftOfAll(conditions: Conditions, values: Values): Left {
  const left: Condition[] = []
  for (const condition of conditions) {
    const one = leftOf(condition, values)
    if (one === 'nothing holds') return one
    left.push(...one)
  }
  return left
}

function leftOf(condition: Condition, values: Values): Left {
  if ('anyOf' in condition) return leftOfAny(condition.anyOf, values)
  if (!('field' in condition)) return [condition]
  const told = values.get(condition.field)
  if (told === undefined) return [condition]
  if ('inIgnoringCase' in condition) return leftIgnoringCase(condition, told)
  if ('notHexadecimalDigits' in condition) {
    return told !== 'not empty' && told.value === '' ? HOLDS : [condition]
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

function leftOfAny(alternatives: readonly Conditions[], values: Values): Left {
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

const ASCII = /^[\x20-\x7e]*$/

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
  if (![told.value, ...wanted].every((value) => ASCII.test(value))) return [condition]
  const value = told.value.toLowerCase()
  return wanted.some((one) => one.toLowerCase() === value) ? HOLDS : 'nothing holds'
}
