import { createHmac } from 'node:crypto'
import type { RecordStore } from '../../access/records/record-store.ts'
import type { Settings } from '../../config/settings.ts'
import { namedLists, namedSettings, type SettingTable } from '../../config/table/setting.ts'
import { type JsonObject, OWN_ACTOR } from '../../core/event/event.ts'
import { isMembers } from '../../core/json/json.ts'
import type { AuditTrail } from '../../ledger/audit-trail.ts'

/** Kind of the record with the settings of the last start, under the origin. */
const RECORD_KIND = 'settings'
/** Replaces a secret value in an event. */
const SECRET = '(secret)'
const HASH_LENGTH = 22

/** What recording settings needs. */
export interface SettingsRecordOptions {
  readonly settings: Settings
  /** The table that `settings` were read by. */
  readonly table: SettingTable
  readonly records: RecordStore
  readonly audit: Pick<AuditTrail, 'record'>
  readonly origin: string
  /** Hides secret values, but still shows when they change. */
  readonly secretKey: Uint8Array
}

/**
 * Records an event `settings.change` with names and values, but no secrets, when the settings
 * differ from those of the last start. At the first start, it records the settings that differ from
 * the defaults.
 *
 * @throws Fault as `Append` and `RecordStore` do; the next start then tries again.
 */
export async function recordSettings(options: SettingsRecordOptions): Promise<void> {
  const { settings, table, records, audit, origin, secretKey } = options
  const now = textsOf(settings, table, secretKey)
  const body = (await records.get(RECORD_KIND, origin))?.body
  const kept = isMembers(body) ? body['values'] : undefined
  const before = isMembers(kept) ? new Map(Object.entries(kept)) : defaultTexts(table)
  const names = [...new Set([...before.keys(), ...now.keys()])].sort()
  const changed = names.filter((name) => before.get(name) !== now.get(name))
  if (changed.length === 0 && kept !== undefined) return
  await audit.record({
    tenant: settings.defaultTenant,
    action: 'settings.change',
    outcome: 'success',
    actor: OWN_ACTOR,
    target: { type: 'settings', name: origin },
    details: {
      ...(kept !== undefined && { before: shown(changed, before) }),
      after: shown(changed, now),
    },
  })
  const values = Object.fromEntries(now)
  await records.put({ kind: RECORD_KIND, id: origin, body: { values } })
}

/** Every setting by name, as JSON text; a secret one as a keyed hash. */
function textsOf(
  settings: Settings,
  table: SettingTable,
  secretKey: Uint8Array,
): Map<string, string> {
  const texts = new Map<string, string>()
  const add = (part: SettingTable, prefix: string, read: (key: string) => unknown) => {
    for (const { key, setting } of namedSettings(part)) {
      const text = textOf(read(key))
      if (text === undefined) continue
      const isSecret = setting.kind.secret || text.isSecret
      const hash = () => createHmac('sha256', secretKey).update(`settings ${text.json}`)
      texts.set(
        `${prefix}${key}`,
        isSecret ? `${SECRET} ${hash().digest('base64url').slice(0, HASH_LENGTH)}` : text.json,
      )
    }
  }
  add(table, '', (key) => memberAt(settings, key))
  for (const { key, list } of namedLists(table)) {
    const groups: unknown = memberAt(settings, key)
    for (const group of Array.isArray(groups) ? groups : []) {
      const prefix = `${key}[${String(memberAt(group, 'name'))}].`
      add(list.each, prefix, (name) => memberAt(group, name))
    }
  }
  return texts
}

/** The settings of an empty configuration. */
function defaultTexts(table: SettingTable): Map<string, unknown> {
  const texts = new Map<string, unknown>()
  for (const { key, setting } of namedSettings(table)) {
    const text = setting.default === undefined ? undefined : textOf(readDefault(setting))
    if (text !== undefined) texts.set(key, text.json)
  }
  return texts
}

function readDefault({ kind, default: raw }: ReturnType<typeof namedSettings>[0]['setting']) {
  return raw === undefined ? undefined : kind.read(raw)
}

/** A user and a password in a URL are secret, whatever the setting says. */
function textOf(value: unknown): { readonly json: string; readonly isSecret: boolean } | undefined {
  if (value === undefined) return undefined
  const json = JSON.stringify(value)
  return { json, isSecret: /:\/\/[^/"]*@/.test(json) }
}

function memberAt(value: unknown, key: string): unknown {
  let member = value
  for (const name of key.split('.')) {
    member = typeof member === 'object' && member !== null ? Reflect.get(member, name) : undefined
  }
  return member
}

function shown(names: readonly string[], texts: ReadonlyMap<string, unknown>): JsonObject {
  return Object.fromEntries(
    names.flatMap((name): [string, string][] => {
      const text = texts.get(name)
      if (typeof text !== 'string') return []
      return [[name, text.startsWith(SECRET) ? SECRET : text]]
    }),
  )
}
