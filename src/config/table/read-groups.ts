import type { FileReading } from './configuration-file.ts'
import { assemble, defaultOf, wrongValue } from './found-value.ts'
import {
  isRequired,
  type NamedGroup,
  type NamedList,
  namedSettings,
  type ValuesOf,
} from './setting.ts'

/** The result of reading a list. */
export interface GroupsReading {
  readonly values: readonly object[]
  readonly problems: readonly string[]
}

/** Reads the items of a list, and checks that their names are unique. */
export function readGroups({ key, list }: NamedList, reading: FileReading): GroupsReading {
  const places = reading.groups.get(key) ?? []
  const problems: string[] = []
  const names = new Set<string>()
  const groups = places.map((place, index) => {
    const at = { prefix: `${key}[${index}].`, place }
    const { group, wrong } = readGroup(list.each, at, reading)
    problems.push(...wrong)
    if (wrong.length > 0) return group
    if (names.has(group.name)) problems.push(`${place}: ${key}: duplicate name ${group.name}`)
    names.add(group.name)
    const problem = list.check(group)
    if (problem !== undefined) problems.push(`${place}: ${key}: ${problem}`)
    return group
  })
  return { values: Object.freeze(groups), problems }
}

/** The place of an item in its list and in the file. */
interface GroupPlace {
  readonly prefix: string
  readonly place: string
}

function readGroup(
  each: NamedGroup,
  { prefix, place }: GroupPlace,
  reading: FileReading,
): { readonly group: ValuesOf<NamedGroup>; readonly wrong: readonly string[] } {
  const values = new Map<string, unknown>()
  const wrong: string[] = []
  for (const item of namedSettings(each, prefix)) {
    const { kind } = item.setting
    const found = reading.values.get(item.key) ?? defaultOf(item)
    if (found === undefined) {
      if (isRequired(item.setting)) {
        wrong.push(`${place}: ${item.key}: expected ${kind.expected}, found nothing`)
      }
      continue
    }
    const value = kind.read(found.raw)
    if (value === undefined) wrong.push(wrongValue(item, found))
    values.set(item.key, value)
  }
  // The type and the values come from the same table, so they agree.
  return { group: assemble(each, values, prefix) as ValuesOf<NamedGroup>, wrong }
}
