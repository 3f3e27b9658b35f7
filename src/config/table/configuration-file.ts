import { readFileSync } from 'node:fs'
import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  type YAMLMap,
} from 'yaml'
import { nearestName } from './nearest-name.ts'
import { isList, isSetting, type Setting, type SettingList, type SettingTable } from './setting.ts'
import { SettingsError } from './settings-error.ts'
import type { RawScalar, RawValue } from './value-kind.ts'

/** Largest configuration file, in bytes. */
const FILE_BYTES_MAX = 1024 * 1024
/** Most groups of one list. */
const GROUPS_MAX = 1000

/** A value of a configuration file and its place. */
interface FileValue {
  readonly raw: RawValue
  /** `FILE:LINE`. */
  readonly place: string
}

/** The content of a configuration file: values by key, and all problems. */
export interface FileReading {
  /** Keys of list items are counted from 0: `collectors.quay[0].url`. */
  readonly values: ReadonlyMap<string, FileValue>
  /** The places of the items of each list in the file, by the list's key. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  readonly problems: readonly string[]
}

/**
 * Reads a configuration file in YAML 1.2, which includes JSON. Aliases and tags are not supported.
 *
 * @throws SettingsError when the file cannot be opened.
 */
export function readConfigurationFile(file: string, table: SettingTable): FileReading {
  return new ConfigurationReader(file, readText(file)).read(table)
}

type Node = ParsedNode | null | undefined

/** Reads one configuration file. */
class ConfigurationReader {
  readonly #values = new Map<string, FileValue>()
  readonly #groups = new Map<string, readonly string[]>()
  readonly #problems: string[] = []
  readonly #file: string
  readonly #text: string
  readonly #lines = new LineCounter()

  /** @param file its name in problems. */
  constructor(file: string, text: string) {
    this.#file = file
    this.#text = text
  }

  read(table: SettingTable): FileReading {
    const document = parseDocument(this.#text, { lineCounter: this.#lines, prettyErrors: false })
    for (const { pos, message } of document.errors) {
      this.#problems.push(`${this.#place(pos[0])}: not YAML: ${message.split('\n')[0]}`)
    }
    const root: Node = document.contents
    if (isMapping(root)) this.#readTable(root, table, '')
    else if (root !== null && this.#problems.length === 0)
      this.#problems.push(`${this.#placeOf(root)}: expected keys and values`)
    return { values: this.#values, groups: this.#groups, problems: this.#problems }
  }

  #readTable(map: Mapping, table: SettingTable, prefix: string): void {
    for (const { key: keyNode, value } of map.items) {
      const name = isScalar(keyNode) ? String(keyNode.value) : ''
      const entry = Object.hasOwn(table, name) ? table[name] : undefined
      const at = { key: `${prefix}${name}`, place: this.#placeOf(keyNode) }
      if (entry === undefined || (isSetting(entry) && !entry.inFile)) {
        this.#problems.push(`${at.place}: ${at.key}: ${unknownKey(name, table)}`)
      } else if (!isNothing(value)) {
        this.#readEntry(value, entry, at)
      }
    }
  }

  #readEntry(value: Node, entry: SettingTable[string], at: At): void {
    if (isList(entry)) this.#readList(value, entry, at)
    else if (isSetting(entry)) this.#readSetting(value, entry, at)
    else if (isMapping(value)) this.#readTable(value, entry, `${at.key}.`)
    else this.#expected(at, `the keys ${Object.keys(entry).join(', ')}`)
  }

  #readSetting(value: Node, { kind }: Setting<unknown>, at: At): void {
    const raw = kind.takesList ? (listOfScalars(value) ?? scalar(value)) : scalar(value)
    if (raw === undefined) this.#expected(at, kind.expected)
    else this.#values.set(at.key, { raw, place: this.#placeOf(value) })
  }

  #readList(value: Node, { each }: SettingList, at: At): void {
    const items: readonly Node[] = isSeq<ParsedNode>(value) ? value.items : []
    const groups = items.filter(isMapping)
    const isWhole = isSeq(value) && groups.length === items.length && items.length <= GROUPS_MAX
    if (!isWhole) {
      const keys = Object.keys(each).join(', ')
      this.#expected(at, `a list of at most ${GROUPS_MAX}, each with the keys ${keys}`)
      return
    }
    this.#groups.set(
      at.key,
      groups.map((group) => this.#placeOf(group)),
    )
    for (const [index, group] of groups.entries()) {
      this.#readTable(group, each, `${at.key}[${index}].`)
    }
  }

  #expected({ place, key }: At, expected: string): void {
    this.#problems.push(`${place}: ${key}: expected ${expected}`)
  }

  #placeOf(node: Node): string {
    return this.#place(node?.range?.[0] ?? 0)
  }

  #place(offset: number): string {
    return `${this.#file}:${this.#lines.linePos(offset).line}`
  }
}

/** A key and its place. */
interface At {
  readonly key: string
  readonly place: string
}

type Mapping = YAMLMap<ParsedNode, ParsedNode | null>

function isMapping(node: Node): node is Mapping & ParsedNode {
  return isMap(node)
}

/** A key without a value counts as not given. */
function isNothing(node: Node): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null)
}

function scalar(node: Node): RawScalar | undefined {
  const value: unknown = isScalar(node) ? node.value : undefined
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : undefined
}

function listOfScalars(node: Node): readonly RawScalar[] | undefined {
  if (!isSeq<ParsedNode>(node)) return undefined
  const values = node.items.map(scalar)
  return values.every((value) => value !== undefined) ? values : undefined
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

function unknownKey(name: string, table: SettingTable): string {
  const known = Object.entries(table).filter(([, entry]) => !isSetting(entry) || entry.inFile)
  const names = known.map(([key]) => key)
  const meant = nearestName(name, names)
  const advice =
    meant === undefined ? `the keys here are ${names.join(', ')}` : `did you mean ${meant}?`
  return `no such key; ${advice}`
}
