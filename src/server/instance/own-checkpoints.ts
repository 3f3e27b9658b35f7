import { Fault } from '../../core/errors.ts'
import { OWN_ACTOR } from '../../core/event/event.ts'
import type { AuditTrail } from '../../ledger/audit-trail.ts'
import type { Checkpoint } from '../../ledger/checkpoint/checkpoint.ts'
import { CheckpointPublisher } from '../../ledger/checkpoint/checkpoint-publisher.ts'
import type { KeyChange, LedgerCheckpoints } from '../../ledger/checkpoint/ledger-checkpoints.ts'
import { SIGNING_KEYS_MAX, type SigningKeys } from '../../ledger/checkpoint/signing-keys.ts'
import type { VerifierKey } from '../../ledger/checkpoint/verifier-key.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { StoredLeaves } from '../../ledger/tiles/stored-leaves.ts'
import { TileReader } from '../../ledger/tiles/tile-reader.ts'
import type { WitnessRounds } from '../../ledger/witness/witness-rounds.ts'
import { createCheckpointKeeper } from '../ledger/kept-checkpoints.ts'
import { keptTimeStamps } from '../time-stamps/own-time-stamps.ts'
import {
  knownKeys,
  type Publication,
  type PublicationPlace,
  saveKeys,
} from './publication-files.ts'

/** What signing the ledger of an instance needs. */
export interface OwnCheckpointsOptions {
  readonly place: PublicationPlace
  readonly publication: Publication
  readonly ledger: Ledger
  readonly leaves: StoredLeaves
  readonly audit: AuditTrail
  readonly tenant: string
  readonly onTrouble: (error: unknown) => void
  /** Undefined without a policy that names some. */
  readonly witnesses: WitnessRounds | undefined
  /** Time from one checkpoint to the next while no caller waits for it, in milliseconds. */
  readonly intervalMs: number
}

/** The checkpoints of a server, signed until they are closed. */
export interface OwnCheckpoints extends LedgerCheckpoints {
  /** Whether the latest checkpoint could not be saved to disk. */
  readonly isFailing: () => boolean
  /** Signs the remaining events. The ledger must be closed before. */
  close(): Promise<void>
}

/** Starts signing; undefined for a read-only ledger. */
export function openCheckpoints(options: OwnCheckpointsOptions): OwnCheckpoints | undefined {
  const { ledger, leaves, publication, onTrouble, place, witnesses, intervalMs } = options
  const { keys, last } = publication
  if (keys === undefined || ledger.status().readOnly !== undefined) return undefined
  const head = () => ledger.durableHead()
  const keeper =
    place.settings.store === undefined
      ? undefined
      : createCheckpointKeeper(place.records, place.origin, onTrouble)
  const save = async (text: string) => {
    await publication.save(text)
    keeper?.take(text)
  }
  const publisher = new CheckpointPublisher({ keys, head, last, save, onTrouble, intervalMs })
  ledger.watchDurable(() => publisher.grown())
  const cosigned = (checkpoint: Checkpoint | undefined) =>
    checkpoint && (witnesses?.cosigned(checkpoint) ?? checkpoint)
  const change = async (changed: SigningKeys, event: KeyEvent) => {
    await recordKeys(options, event)
    await saveKeys(changed, place)
    await publisher.changeKeys(changed)
  }
  return {
    latest: () => cosigned(publisher.latest),
    witnessed: () => witnesses?.witnessed,
    witnesses: () => witnesses?.states() ?? [],
    covering: async (seq, waitMs) => cosigned(await publisher.covering(seq, waitMs)),
    timeStamps: keptTimeStamps(place.settings),
    tiles: new TileReader(leaves, ledger.unsavedTiles, () => ledger.durableHead().size),
    verifierKeys: () => publisher.keys.verifierKeys(),
    knownKeys: () => knownKeys(place),
    isFailing: () => publisher.isFailing,
    async close() {
      await publisher.close()
      await keeper?.close()
    },
    async addKey(by) {
      if (publisher.keys.verifierKeys().length >= SIGNING_KEYS_MAX) {
        throw new Fault('resource.too-many', { detail: 'retire the old keys first' })
      }
      const changed = publisher.keys.withNewKey()
      const added = changed.verifierKeys().at(-1)
      if (added === undefined) throw new Fault('internal.fault')
      await change(changed, { action: 'ledger-key.create', by, keys: [added] })
    },
    async retireOldKeys(by) {
      const old = publisher.keys.verifierKeys().slice(0, -1)
      if (old.length === 0) return
      const changed = publisher.keys.withoutOldKeys()
      await change(changed, { action: 'ledger-key.delete', by, keys: old })
    },
  }
}

/** Records the first key of a ledger. Repeated calls store one event. */
export async function recordFirstKey(
  options: Omit<OwnCheckpointsOptions, 'intervalMs'>,
): Promise<void> {
  const keys = options.publication.keys?.verifierKeys() ?? []
  const [first] = keys
  if (first === undefined || options.ledger.status().readOnly !== undefined) return
  const eventId = `ledger-key/${first.id.toString('hex')}`
  const by = { actor: OWN_ACTOR }
  await recordKeys(options, { action: 'ledger-key.create', by, keys: [first], eventId })
}

interface KeyEvent {
  readonly action: 'ledger-key.create' | 'ledger-key.delete'
  readonly by: KeyChange
  readonly keys: readonly VerifierKey[]
  readonly eventId?: string
}

/** Records public keys in the ledger that they sign, so that the ledger proves key changes. */
async function recordKeys(
  { audit, tenant, place }: Pick<OwnCheckpointsOptions, 'audit' | 'tenant' | 'place'>,
  { action, by, keys, eventId }: KeyEvent,
): Promise<void> {
  await audit.record({
    tenant,
    action,
    ...by,
    outcome: 'success',
    target: { type: 'ledger', name: place.origin },
    details: { verifierKeys: keys.map(({ text }) => text) },
    ...(eventId !== undefined && { eventId }),
  })
}
