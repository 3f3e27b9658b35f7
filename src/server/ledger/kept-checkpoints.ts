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
