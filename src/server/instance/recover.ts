import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { WAYBILL_ITSELF } from '../../access/directory/administration.ts'
import { replaceInstanceKeys } from '../../access/records/instance-key.ts'
import type { Settings } from '../../config/settings.ts'
import { Fault } from '../../core/errors.ts'
import { OWN_ACTOR } from '../../core/event/event.ts'
import { ifThere } from '../../core/files.ts'
import { type Clock, createClock } from '../../core/time/timestamp.ts'
import { createAuditTrail, type OwnEvent } from '../../ledger/audit-trail.ts'
import type { VerifierKey } from '../../ledger/checkpoint/verifier-key.ts'
import { journalDirectory } from '../../ledger/ledger-recovery.ts'
import { type OpenLedgerOptions, openLedger } from '../../ledger/open-ledger.ts'
import type { Store } from '../../store/store.ts'
import { beginSuccessor } from '../ledger/successor.ts'
import { createReadableEvents } from '../reading/readable-events.ts'
import { writeAdministratorToken } from './first-administrator.ts'
import { makeSecretKey, readSecretKey, SECRET_KEY_FILE } from './instance-identity.ts'
import { ledgerSettings } from './ledger-settings.ts'
import { type OpenAccess, openAccess } from './open-access.ts'
import { openOwnStore } from './own-store.ts'
import { makeKeys, openPublication, type PublicationPlace, takeOver } from './publication-files.ts'

/** What was lost; with `successor`, the ledger itself, and the origin of the one that follows. */
export type LostThing =
  | 'administrator-token'
  | 'secret-key'
  | 'journal'
  | 'signing-key'
  | 'copy'
  | { readonly successor: string }

/**
 * Replaces a lost file of the data directory while the server is stopped, and records that as an
 * event. It needs only write access to the directory, which would allow the same by hand.
 *
 * - `administrator-token`: revokes the token of the file and writes a new one.
 * - `secret-key`: creates a new key. Everything encrypted with the old one is lost: access keys and
 *   the keys for signed tokens, cursors and export links.
 * - `journal`: moves its files aside, and starts a new journal after the events in the store.
 * - `signing-key`: creates new keys for signing checkpoints.
 * - `copy`: a copied or restored data directory replaces the original.
 * - `successor`: a new ledger begins, see `beginSuccessor`.
 *
 * @returns what was done, one line each.
 *
 * @throws Error when the store is in use, Fault as `openStore` and `openLedger` do.
 */
export async function recover(settings: Settings, lost: LostThing): Promise<readonly string[]> {
  const clock = createClock()
  const { store, origin } = await openOwnStore(settings, clock)
  try {
    return await recoverOn(store, { settings, clock, origin, lost })
  } finally {
    await store.close()
  }
}

interface Plan {
  readonly settings: Settings
  readonly clock: Clock
  readonly origin: string
  readonly lost: LostThing
}

async function recoverOn(store: Store, plan: Plan): Promise<readonly string[]> {
  const { settings, clock, origin, lost } = plan
  const options = {
    ...{ origin, writer: store.writer, dataDirectory: settings.data },
    ...ledgerSettings(settings),
  }
  if (lost === 'journal' && (await isJournalWhole(options))) {
    return ['the journal is intact; nothing was changed']
  }
  const place = { settings, origin, records: store.records }
  if (typeof lost === 'object') return beginSuccessor(store, { place, options, ...lost })
  if (lost === 'copy') await takeOver(place)
  const added = lost === 'signing-key' ? await replaceKeys(place) : []
  const published = await openPublication(place)
  if (lost !== 'journal' && published.readOnly !== undefined) throw new Error(published.readOnly)
  const setAside = lost === 'journal' ? await setJournalAside(settings.data, clock) : []
  const { last, readOnly } = published
  const ledger = await openLedger({
    ...options,
    isJournalGivenUp: lost === 'journal',
    readOnly,
    ...(last !== undefined && { signed: { head: last, leaves: store.leaves } }),
  })
  try {
    const audit = createAuditTrail({ append: ledger.append, origin, clock })
    const record = (done: Pick<OwnEvent, 'action' | 'level' | 'target' | 'message' | 'details'>) =>
      audit.record({
        tenant: settings.defaultTenant,
        actor: OWN_ACTOR,
        outcome: 'success',
        ...done,
      })
    const open = async () => {
      const secretKey = await readSecretKey(settings.data, store.records)
      const events = createReadableEvents(store.reader, () => ledger.whenReadable())
      return openAccess({ settings, records: store.records, events, clock, secretKey, audit })
    }
    if (lost === 'journal') {
      await record({
        action: 'ledger.repair',
        level: 'error',
        message: 'the journal was discarded; events that were only in the journal are lost',
      })
      return [...setAside, 'the ledger continues after the events in the store']
    }
    if (lost === 'copy') {
      await record({
        action: 'ledger.repair',
        level: 'warn',
        message: 'a copy of the data directory replaced the original',
      })
      return [`the ledger continues in ${settings.data}; the original must not run again`]
    }
    if (lost === 'signing-key') {
      const verifierKeys = added.map(({ text }) => text)
      await record({
        action: 'ledger-key.create',
        level: 'warn',
        target: { type: 'ledger', name: origin },
        message: 'the previous signing keys are lost',
        details: { verifierKeys },
      })
      return verifierKeys.map((key) => `checkpoints are signed with ${key}`)
    }
    if (lost === 'administrator-token') {
      const { directory, administration } = await open()
      const path = await writeAdministratorToken(directory, administration, settings.data)
      return [`the token in ${path} was revoked and replaced`]
    }
    await record({
      action: 'settings.change',
      level: 'warn',
      target: { type: 'settings', name: origin },
      details: { after: { secretKey: '(replaced)' } },
    })
    await replaceInstanceKeys(store.records, await makeSecretKey(settings.data))
    const path = join(settings.data, SECRET_KEY_FILE)
    return [`a new key was written to ${path}`, ...(await deleteAccessKeys(await open()))]
  } finally {
    await ledger.close()
  }
}

/** @throws Error if the keys exist: they are replaced through the API. */
async function replaceKeys(place: PublicationPlace): Promise<readonly VerifierKey[]> {
  const { keys } = await openPublication(place)
  if (keys !== undefined) {
    throw new Error('the signing keys exist; `waybill ledger add-key` creates another one')
  }
  return (await makeKeys(place)).verifierKeys()
}

/** Opens the ledger as a start would, which also stores the events that are only in the journal. */
async function isJournalWhole(options: OpenLedgerOptions): Promise<boolean> {
  try {
    await (await openLedger(options)).close()
    return true
  } catch (error) {
    if (error instanceof Fault) throw error
    return false
  }
}

async function setJournalAside(dataDirectory: string, clock: Clock): Promise<readonly string[]> {
  const directory = journalDirectory(join(dataDirectory, 'ledger'))
  const aside = `${directory}.given-up-${clock()}`
  const isMoved = await ifThere(rename(directory, aside).then(() => true))
  if (isMoved === undefined) return []
  return [`the old journal was moved to ${aside}`]
}

async function deleteAccessKeys({
  accessKeys,
  administration,
}: OpenAccess): Promise<readonly string[]> {
  const keys = accessKeys.list(null)
  for (const { accessKey } of keys) {
    await administration.deleteAccessKey(WAYBILL_ITSELF, accessKey)
  }
  return keys.length === 0
    ? []
    : [`${keys.length} access keys encrypted with the old key were deleted`]
}
