import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { RecordStore } from '../../access/records/record-store.ts'
import { type Checkpoint, parseCheckpoint } from '../../ledger/checkpoint/checkpoint.ts'

/**
 * Kind of the records of a checkpoint of each ledger, under its origin: for instances that hold
 * its events and not its files.
 */
const CHECKPOINT_RECORD = 'ledger-checkpoint'
const CheckpointRecord = Type.Object({ text: Type.String() })

/** Keeps a checkpoint in the store. The events that it covers have to be there. */
export async function keepCheckpoint(
  records: RecordStore,
  origin: string,
  text: string,
): Promise<void> {
  await records.put({ kind: CHECKPOINT_RECORD, id: origin, body: { text } })
}

/** Shortest time from one checkpoint that is kept in the store to the next, in milliseconds. */
const KEPT_INTERVAL_MS = 60_000

/** Keeps the checkpoints of an instance in a store that it shares. */
export interface CheckpointKeeper {
  /** Keeps one from time to time. Failures are reported and stop nothing. */
  take(text: string): void
  /** Keeps the last one that was taken. */
  close(): Promise<void>
}

/** Lets other instances on the store serve the ledger of this one, up to a minute behind. */
export function createCheckpointKeeper(
  records: RecordStore,
  origin: string,
  onTrouble: (error: unknown) => void,
): CheckpointKeeper {
  let startedMs = Number.NEGATIVE_INFINITY
  let last: string | undefined
  let kept: string | undefined
  const keep = async (text: string) => {
    try {
      await keepCheckpoint(records, origin, text)
      kept = text
    } catch (error) {
      onTrouble(error)
    }
  }
  return {
    take(text) {
      last = text
      if (performance.now() - startedMs < KEPT_INTERVAL_MS) return
      startedMs = performance.now()
      void keep(text)
    },
    async close() {
      if (last !== undefined && last !== kept) await keep(last)
    },
  }
}

/** The checkpoint that the store keeps of a ledger; undefined without one that can be read. */
export async function keptCheckpoint(
  records: RecordStore,
  origin: string,
): Promise<Checkpoint | undefined> {
  const body = (await records.get(CHECKPOINT_RECORD, origin))?.body
  return Value.Check(CheckpointRecord, body) ? checkpointOf(body.text) : undefined
}

/** Undefined for a text that is no checkpoint. */
export function checkpointOf(text: string): Checkpoint | undefined {
  try {
    return parseCheckpoint(text)
  } catch {
    return undefined
  }
}
