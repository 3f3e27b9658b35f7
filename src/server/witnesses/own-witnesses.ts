import { readFile } from 'node:fs/promises'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Settings } from '../../config/settings.ts'
import { userAgent } from '../../config/version.ts'
import { ifThere, SECRET_MODE, writeDurably } from '../../core/files.ts'
import { type Checkpoint, parseCheckpoint } from '../../ledger/checkpoint/checkpoint.ts'
import type { SigningKeys } from '../../ledger/checkpoint/signing-keys.ts'
import { PolicyError, parsePolicy } from '../../ledger/policy/parse-policy.ts'
import type { TrustPolicy } from '../../ledger/policy/trust-policy.ts'
import { emptyRoot } from '../../ledger/tree/merkle-tree.ts'
import { readKeptCheckpoint } from '../../ledger/witness/cosigned-checkpoints.ts'
import { type KeptWitnesses, WitnessRounds } from '../../ledger/witness/witness-rounds.ts'

/** Longest wait for the witnesses at start, in milliseconds. */
const READ_BACK_MS_MAX = 3_000

const Kept = Type.Object({
  checkpoint: Type.Optional(Type.String()),
  witnesses: Type.Array(
    Type.Object({
      key: Type.String(),
      size: Type.Integer({ minimum: 0 }),
      cosignedSeconds: Type.Optional(Type.Integer({ minimum: 0 })),
    }),
  ),
})

/** What the witnesses of an instance need. */
export interface OwnWitnessesOptions {
  readonly settings: {
    readonly ledger: Pick<Settings['ledger'], 'policyFile' | 'witnessSeconds'>
  }
  readonly keys: SigningKeys
  /** Where it is kept what the witnesses cosigned. */
  readonly file: string
}

/**
 * The witnesses that the policy of the settings names; undefined without a policy.
 *
 * @throws Error for a policy that cannot be read, and for one of other logs.
 */
export async function openWitnesses({
  settings,
  keys,
  file,
}: OwnWitnessesOptions): Promise<WitnessRounds | undefined> {
  const { policyFile, witnessSeconds } = settings.ledger
  if (policyFile === undefined) return undefined
  const policy = await readPolicy(policyFile)
  const { logName } = keys
  if (policy.logs.length > 0 && !policy.logs.some(({ name }) => name === logName)) {
    throw new Error(`ledger.policyFile: ${policyFile} has lines \`log\`, but none of ${logName}`)
  }
  return new WitnessRounds({
    policy,
    kept: await readKept(file, keys),
    save: (kept) => writeDurably(file, keptText(kept), SECRET_MODE),
    client: { userAgent: userAgent(), nowSeconds: () => Date.now() / 1000 },
    retryMs: witnessSeconds * 1000,
  })
}

/**
 * The greatest size that a witness cosigned of the ledger of these keys; waits for the witnesses a
 * short time only. A ledger without a checkpoint of its own asks with the one of no events, which
 * every ledger continues.
 */
export async function readBack(
  witnesses: WitnessRounds,
  last: Checkpoint | undefined,
  keys: SigningKeys,
): ReturnType<WitnessRounds['readBack']> {
  const checkpoint = last ?? parseCheckpoint(keys.sign({ size: 0, rootHash: emptyRoot() }))
  return await witnesses.readBack(checkpoint, READ_BACK_MS_MAX)
}

async function readPolicy(path: string): Promise<TrustPolicy> {
  try {
    return parsePolicy(await readFile(path))
  } catch (error) {
    const isNamed = error instanceof PolicyError
    const reason = error instanceof Error ? error.message : String(error)
    const what = isNamed ? `${path}: ${reason}` : reason
    throw new Error(`ledger.policyFile: ${what}`, { cause: error })
  }
}

/** A file that is missing or damaged is no loss: the witnesses say what they cosigned. */
async function readKept(file: string, keys: SigningKeys): Promise<KeptWitnesses> {
  const kept = await readJson(file)
  if (!Value.Check(Kept, kept)) return { checkpoint: undefined, witnesses: [] }
  const { checkpoint, witnesses } = kept
  return {
    checkpoint:
      checkpoint === undefined ? undefined : readKeptCheckpoint(checkpoint, keys.verifierKeys()),
    witnesses: witnesses.map(({ key, size, cosignedSeconds }) => ({ key, size, cosignedSeconds })),
  }
}

async function readJson(file: string): Promise<unknown> {
  const text = await ifThere(readFile(file, 'utf8'))
  try {
    return JSON.parse(text ?? '')
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function keptText({ checkpoint, witnesses }: KeptWitnesses): string {
  return `${JSON.stringify({ checkpoint: checkpoint?.text, witnesses })}\n`
}
