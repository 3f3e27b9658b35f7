import { readFileSync } from 'node:fs'
import {
  isMap,
  isScalar,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  type YAMLMap,
} from 'yaml'
import { nearestName } from './nearest-name.ts'
import type { SettingTable } from './setting.ts'
import { isSetting } from './setting.ts'
import { SettingsError } from './settings-error.ts'
import type { RawValue } from './value-kind.ts'

/** Largest configuration file, in bytes. */
const FILE_BYTES_MAX = 1024 * 1024

/** A value of a configuration file, and where it stands. */
export interface FileValue {
  readonly raw: RawValue
  /** `FILE:LINE`. */
  readonly place: string
}

/** What a configuration file says: values by key, and everything that is wrong with it. */
export interface FileReading {
  readonly values: ReadonlyMap<string, FileValue>
  readonly problems: readonly string[]
}

/**
 * Reads a configuration file: YAML 1.2, of which JSON is a part. Aliases and tags are not read.
 *
 * @throws SettingsError when the file cannot be opened.
 */
export function readConfigurationFile(file: string, table: SettingTable): FileReading {
  return parseConfiguration(readText(file), file, table)
}

/** Reads the text of a configuration file; `file` is its name in problems. */
function parseConfiguration(text: string, file: string, table: SettingTable): FileReading {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const place = (offset: number) => `${file}:${lines.linePos(offset).line}`
  const problems = document.errors.map(
    (error) => `${place(error.pos[0])}: not YAML: ${error.message.split('\n')[0]}`,
  )
  const values = new Map<string, FileValue>()
  const placeOf = (node: unknown) => place(rangeStart(node))

  const readMap = (
    map: YAMLMap<ParsedNode, ParsedNode | null>,
    group: SettingTable,
    prefix: string,
  ) => {
    for (const { key: keyNode, value } of map.items) {
      const name = isScalar(keyNode) ? String(keyNode.value) : ''
      const key = `${prefix}${name}`
      const entry = Object.hasOwn(group, name) ? group[name] : undefined
      if (entry === undefined || (isSetting(entry) && !entry.inFile)) {
        problems.push(`${placeOf(keyNode)}: ${key}: ${unknownKey(name, group)}`)
      } else if (isSetting(entry)) {
        const raw = isScalar(value) ? rawValue(value.value) : undefined
        if (isScalar(value) && value.value === null) continue
        if (raw === undefined)
          problems.push(`${placeOf(keyNode)}: ${key}: expected ${entry.kind.expected}`)
        else values.set(key, { raw, place: placeOf(value) })
      } else if (isMap<ParsedNode, ParsedNode | null>(value)) {
        readMap(value, entry, `${key}.`)
      } else if (!(isScalar(value) && value.value === null)) {
        problems.push(
          `${placeOf(keyNode)}: ${key}: expected the keys ${Object.keys(entry).join(', ')}`,
        )
      }
    }
  }

  const root: Node | null = document.contents
  if (isMap<ParsedNode, ParsedNode | null>(root)) readMap(root, table, '')
  else if (root !== null && problems.length === 0)
    problems.push(`${placeOf(root)}: expected keys and values`)
  return { values, problems }
}

function readText(file: string): string {
  try {
    const text = readFileSync(file)
    if (text.length > FILE_BYTES_MAX) {
      throw new SettingsError([`${file}: larger than ${FILE_BYTES_MAX} bytes`])
    }
    return text.toString('utf8')
  } catch (error) {
    if (error instanceof SettingsError) throw error
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new SettingsError([`${file}: the configuration file cannot be read (${reason})`], {
      cause: error,
    })
  }
}

function unknownKey(name: string, group: SettingTable): string {
  const known = Object.entries(group).filter(([, entry]) => !isSetting(entry) || entry.inFile)
  const names = known.map(([key]) => key)
  const meant = nearestName(name, names)
  const advice =
    meant === undefined ? `the keys here are ${names.join(', ')}` : `did you mean ${meant}?`
  return `no such key; ${advice}`
}

function rangeStart(node: unknown): number {
  return isScalar(node) || isMap(node) ? (node.range?.[0] ?? 0) : 0
}

function rawValue(value: unknown): RawValue | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : undefined
}
