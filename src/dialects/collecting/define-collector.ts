import type { Environment } from '../../config/table/environment.ts'
import {
  type ReadSecret,
  type Secret,
  secretProblem,
  secretReader,
  settingsOfSecret,
} from '../../config/table/secret.ts'
import {
  listOf,
  type Setting,
  type SettingList,
  type ValuesOf,
} from '../../config/table/setting.ts'
import type { Collector } from './collector.ts'
import { EVERY_COLLECTOR } from './collector-settings.ts'

/** The settings of one vendor's collector, by name; a secret stands for all its places. */
export type CollectorRows = Readonly<Record<string, Setting<unknown> | Secret>>

/** What the rows of a collector are read into. */
type RowValues<Rows> = {
  readonly [Name in keyof Rows]: Rows[Name] extends Secret<true>
    ? ReadSecret
    : Rows[Name] extends Secret
      ? ReadSecret | undefined
      : Rows[Name] extends Setting<infer Value>
        ? Value
        : never
}

/** What every collector is opened with. */
interface EveryCollectorOptions {
  readonly name: string
  readonly url: string
  /** Pause between two runs, in milliseconds. */
  readonly everyMs: number
  readonly userAgent: string
}

/** A collector in words, for the documents and for the help of its command. */
interface CollectorHelp {
  /** The dialect it reads, which `waybill collect` and its events name: `container-station`. */
  readonly kind: string
  /** What the vendor calls its product, for messages. */
  readonly product: string
  /** What is read, to follow a verb: `the usage logs of a Quay`. */
  readonly reads: string
  /** Whole command lines, and what each reads. */
  readonly examples: readonly { readonly line: string; readonly does: string }[]
}

/** How a dialect describes its collector: the one place where its settings are. */
interface CollectorDescription<Rows extends CollectorRows> extends CollectorHelp {
  readonly rows: Rows
  /** What is wrong with values that are right one by one; undefined when nothing is. */
  check?(values: RowValues<Rows>): string | undefined
  /** Loads the collector. Nothing else of the dialect is loaded before. */
  open(options: EveryCollectorOptions & RowValues<Rows>): Promise<Collector>
}

/** Where a collector runs. */
interface CollectorSurroundings {
  /** Where secrets are that are given by the name of a variable. */
  readonly environment: Environment
  readonly userAgent: string
}

/** Values of the list of a collector. */
type Item = Readonly<Record<string, unknown>>
type EveryItem = ValuesOf<typeof EVERY_COLLECTOR>

/** A vendor's collector: configuration, command, help and reference are made from it. */
export interface CollectorKind extends CollectorHelp {
  /** Of its list under `collectors` in the configuration: `containerStation`. */
  readonly key: string
  readonly rows: CollectorRows
  /** Its list in the configuration, with every place of each secret. */
  readonly list: SettingList<typeof EVERY_COLLECTOR>
  /** @param item values of `list` that its check finds right. */
  open(item: object, surroundings: CollectorSurroundings): Promise<Collector>
}

/** Describes a collector once; `main.ts` names it. */
export function defineCollector<const Rows extends CollectorRows>(
  description: CollectorDescription<Rows>,
): CollectorKind {
  const { kind, product, reads, examples, rows } = description
  const each = { ...EVERY_COLLECTOR, ...settingsOf(rows) }
  const text = `Each item reads ${reads} through its API. See docs/collectors.md.`
  return {
    ...{ kind, product, reads, examples, rows },
    key: kind.replaceAll(/-([a-z])/g, (_dash, letter: string) => letter.toUpperCase()),
    list: listOf<typeof EVERY_COLLECTOR>(each, text, (item) => problemOf(item, description)),
    open(item, { environment, userAgent }) {
      // The list gave both the type and the values, each read by the kind of its setting.
      const { name, url, everySeconds } = item as EveryItem
      const values = valuesOf(rows, { ...item }, environment)
      return description.open({ ...values, name, url, everyMs: everySeconds * 1000, userAgent })
    },
  }
}

/** Whether a row is a secret. */
export function isSecret(row: CollectorRows[string]): row is Secret {
  return 'form' in row
}

function settingsOf(rows: CollectorRows): Readonly<Record<string, Setting<unknown>>> {
  return Object.fromEntries(
    Object.entries(rows).flatMap(([name, row]): [string, Setting<unknown>][] =>
      isSecret(row) ? Object.entries(settingsOfSecret(name, row)) : [[name, row]],
    ),
  )
}

function problemOf<Rows extends CollectorRows>(
  item: EveryItem,
  description: CollectorDescription<Rows>,
): string | undefined {
  const { username, password } = new URL(item.url)
  if (username !== '' || password !== '') return 'expected a url without a user and a password'
  const { rows } = description
  const problem = Object.entries(rows)
    .map(([name, row]) => (isSecret(row) ? secretProblem(name, row, item) : undefined))
    .find((found) => found !== undefined)
  return problem ?? description.check?.(valuesOf(rows, item, {}))
}

function valuesOf<Rows extends CollectorRows>(
  rows: Rows,
  item: Item,
  environment: Environment,
): RowValues<Rows> {
  const entries = Object.entries(rows).map(([name, row]) => [
    name,
    isSecret(row) ? secretReader(name, row, item, environment) : item[name],
  ])
  // Each value was read by the kind of its row, as RowValues states it.
  return Object.fromEntries(entries) as RowValues<Rows>
}
