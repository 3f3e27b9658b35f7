import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Checkpoint } from '../../../ledger/checkpoint/checkpoint.ts'
import type { VerifierKey } from '../../../ledger/checkpoint/verifier-key.ts'
import type { LedgerAtRest } from '../../../ledger/verification/ledger-at-rest.ts'
import { isSameTree } from '../../client/ledger/continuation.ts'
import { bestWitnessed } from '../../client/ledger/policy-file.ts'
import { parseKeys, untrusted } from '../../client/ledger-trust.ts'
import type { Call } from '../../command.ts'
import {
  type Anchors,
  diverged,
  eventProgress,
  isAnchored,
  type Report,
  reportOn,
  unreadable,
} from './verification-report.ts'

interface Known extends Anchors {
  /** Undefined: those that its store has. */
  readonly keys: readonly VerifierKey[] | undefined
}

/** Whether a folder is the data directory of a server, and no export or mirror. */
export function isDataDirectory(folder: string): boolean {
  return existsSync(join(folder, 'clickhouse')) && existsSync(join(folder, 'origin'))
}

/** Verifies the data directory of a stopped server. */
export async function verifyAtRest(
  { io, parts }: Pick<Call<Readonly<Record<string, never>>>, 'io' | 'parts'>,
  dataDirectory: string,
  known: Known,
): Promise<Report> {
  let ledger: LedgerAtRest
  try {
    ledger = await parts.openAtRest(dataDirectory)
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : String(error))
  }
  try {
    const { kept, policy } = known
    const keys = known.keys ?? parseKeys(ledger.keys.join('\n'), dataDirectory)
    const newest = kept.toSorted((one, other) => other.size - one.size)[0]
    const checkpoint = ledger.checkpoint ?? newest
    if (checkpoint === undefined) {
      return unreadable(`${dataDirectory} has no checkpoint; name one: --checkpoint`)
    }
    const witnessed = policy && bestWitnessed([checkpoint], policy)
    if (typeof witnessed === 'string') return diverged(checkpoint, witnessed)
    for (const one of [checkpoint, ...kept]) {
      const problem = untrusted(one, keys)
      if (problem !== undefined) return diverged(checkpoint, problem)
      if (one.size > checkpoint.size) {
        const [was, is] = [one.size, checkpoint.size]
        return diverged(checkpoint, `the ledger had ${was} events, but now has ${is}`)
      }
    }
    const report = await reportOn(ledger.verify(checkpoint), eventProgress(io.stderr), {
      ...{ checkpoint, witnessed, name: ledger.origin },
      isAnchored: isAnchored(kept, witnessed),
    })
    if (report.verdict !== 'consistent') return report
    return (await firstDivergence(ledger, checkpoint, kept)) ?? report
  } finally {
    await ledger.close()
  }
}

/** The events before each kept checkpoint have to give its root as well. */
async function firstDivergence(
  ledger: LedgerAtRest,
  checkpoint: Checkpoint,
  kept: readonly Checkpoint[],
): Promise<Report | undefined> {
  for (const older of kept.filter((one) => !isSameTree(one, checkpoint))) {
    const run = ledger.verify(older)
    let step = await run.next()
    while (step.done !== true) step = await run.next()
    if (step.value.isSignedRoot) continue
    const what = `the first ${older.size} events are not those of the saved checkpoint`
    return diverged(checkpoint, what)
  }
  return undefined
}
