import { mkdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { RecordStore } from '../../access/records/record-store.ts'
import type { Settings } from '../../config/settings.ts'
import { ifThere, SECRET_MODE, writeDurably } from '../../core/files.ts'
import { type Checkpoint, parseCheckpoint } from '../../ledger/checkpoint/checkpoint.ts'
import { type Holder, readHolder, writeHolder } from '../../ledger/checkpoint/directory-holder.ts'
import { verifyNote } from '../../ledger/checkpoint/signed-note.ts'
import { SigningKeys } from '../../ledger/checkpoint/signing-keys.ts'
import { requireNewName } from '../ledger/predecessor.ts'

/** What the checkpoints of an instance are signed with, and what was signed last. */
export interface Publication {
  /** Undefined when the keys are lost: then nothing is signed. */
  readonly keys: SigningKeys | undefined
  readonly last: Checkpoint | undefined
  /** Why the ledger must take no events; undefined when it may. */
  readonly readOnly: string | undefined
  /** Keeps a checkpoint on disk. */
  readonly save: (text: string) => Promise<void>
}

/** Where the files are that belong to an instance and to no copy of its data. */
export interface PublicationPlace {
  readonly settings: Pick<Settings, 'data' | 'ledger' | 'store'>
  readonly origin: string
  readonly records: RecordStore
}

/** Kind of the records of the public halves of all keys, past ones too. */
const KEY_RECORD = 'ledger-key'
const KeyRecord = Type.Object({ verifierKey: Type.String() })

/**
 * Reads the keys and the last checkpoint of an instance, and makes them at its first start. A
 * directory that is a copy, a lost key and a damaged checkpoint stop no start: the ledger is read
 * as it is, and takes nothing until an operator has decided.
 *
 * @throws Error for damaged keys, for another name of the log than that of the checkpoint, and as
 * `requireNewName` does.
 */
export async function openPublication(place: PublicationPlace): Promise<Publication> {
  const files = filesOf(place)
  await mkdir(files.directory, { recursive: true })
  const logName = logNameOf(place)
  const keys = await SigningKeys.read(files.keys, logName)
  const known = await knownKeys(place)
  const save = async (text: string) => {
    await writeDurably(files.checkpoint, text, SECRET_MODE)
    const { checkpoint, checkpointCopy } = files
    if (checkpoint !== checkpointCopy) await writeDurably(checkpointCopy, text, SECRET_MODE)
  }
  const found = await readCheckpoint(files.checkpoint, keys)
  if (keys === undefined && known.length === 0 && found === undefined) {
    await requireNewName(place, logName)
    return { keys: await makeKeys(place), last: undefined, readOnly: undefined, save }
  }
  if (found !== undefined && found !== 'damaged' && found.logName !== logName) {
    throw new Error(
      `the ledger was published as ${found.logName}, and ledger.publicName is ${logName}: ` +
        `another name would be another log. What was signed last is in ${files.checkpoint}`,
    )
  }
  if (keys === undefined) {
    const way = 'restore it, or run `waybill recover --signing-key`'
    const readOnly = `${files.keys} is missing: ${way}`
    return { keys, last: undefined, readOnly, save }
  }
  if (found === 'damaged') {
    return { keys, last: undefined, readOnly: `${files.checkpoint} is damaged. ${GO_ON}`, save }
  }
  const readOnly = copyProblem(place.settings.data, await readHolder(files.holder))
  // A crash may have come between the file of the keys and their records.
  if (readOnly === undefined) await recordKeys(keys, place, known)
  return { keys, last: found, readOnly, save }
}

/**
 * Makes this directory the one that signs. A damaged checkpoint is set aside: what was signed last
 * is not known then.
 */
export async function takeOver(place: PublicationPlace): Promise<void> {
  const { keys: path, checkpoint, holder } = filesOf(place)
  const keys = await SigningKeys.read(path, logNameOf(place))
  if ((await readCheckpoint(checkpoint, keys)) === 'damaged') {
    await rename(checkpoint, `${checkpoint}.damaged`)
  }
  await writeHolder(holder)
}

/**
 * Makes the first key, or one in place of all that were lost. The key comes after the mark of the
 * directory: after a crash in between the next start does both again.
 */
export async function makeKeys(place: PublicationPlace): Promise<SigningKeys> {
  const keys = SigningKeys.make(logNameOf(place))
  await takeOver(place)
  await saveKeys(keys, place)
  return keys
}

/** Writes the keys to disk, and their public halves to the store. */
export async function saveKeys(keys: SigningKeys, place: PublicationPlace): Promise<void> {
  await writeDurably(filesOf(place).keys, keys.fileText(), SECRET_MODE)
  await recordKeys(keys, place)
}

/** @param known texts of the keys that are recorded already. */
async function recordKeys(
  keys: SigningKeys,
  { records, origin }: PublicationPlace,
  known: readonly string[] = [],
): Promise<void> {
  for (const { id, text } of keys.verifierKeys()) {
    if (known.includes(text)) continue
    const body = { verifierKey: text }
    await records.put({ kind: KEY_RECORD, id: `${origin}/${id.toString('hex')}`, body })
  }
}

/** The verifier keys of all keys that ever signed for the instance. */
export async function knownKeys({
  records,
  origin,
}: Pick<PublicationPlace, 'records' | 'origin'>): Promise<readonly string[]> {
  const kept = await records.load(KEY_RECORD, `${origin}/`)
  return kept.flatMap(({ body }) => (Value.Check(KeyRecord, body) ? [body.verifierKey] : []))
}

/** The name of the log in checkpoints: never what a request names as host. */
export function logNameOf({ settings, origin }: PublicationPlace): string {
  return settings.ledger.publicName ?? `waybill.invalid/${origin}`
}

interface Files {
  readonly directory: string
  readonly keys: string
  readonly holder: string
  readonly checkpoint: string
  /** The same within the data directory, so that a backup can be verified. */
  readonly checkpointCopy: string
  /** What the witnesses cosigned. */
  readonly witnesses: string
}

/** The place of the files of what an instance published. */
interface FilesPlace {
  readonly settings: {
    readonly data: string
    readonly ledger: { readonly checkpointFile?: string | undefined }
  }
}

/** Where the files are of what an instance published. */
export function filesOf({ settings }: FilesPlace): Files {
  const directory = join(settings.data, 'ledger')
  const checkpointCopy = join(directory, 'last-checkpoint')
  const checkpoint = settings.ledger.checkpointFile ?? checkpointCopy
  return {
    directory,
    keys: join(directory, 'signing-keys'),
    holder: join(directory, 'holder'),
    ...{ checkpoint, checkpointCopy },
    witnesses: `${checkpoint}.witnesses`,
  }
}

async function readCheckpoint(
  path: string,
  keys: SigningKeys | undefined,
): Promise<Checkpoint | 'damaged' | undefined> {
  const text = await ifThere(readFile(path, 'utf8'))
  if (text === undefined) return undefined
  try {
    const checkpoint = parseCheckpoint(text)
    const isOurs = keys === undefined || verifyNote(checkpoint.note, keys.verifierKeys()).length > 0
    return isOurs || checkpoint.logName !== keys.logName ? checkpoint : 'damaged'
  } catch {
    return 'damaged'
  }
}

function copyProblem(dataDirectory: string, holder: Holder): string | undefined {
  return holder === 'own' ? undefined : `${dataDirectory} is a copy or was restored. ${GO_ON}`
}

const GO_ON =
  'If the original will never run again, continue with this one: `waybill recover --copy`; ' +
  'otherwise begin a new ledger on it: `waybill recover --successor ORIGIN`'
