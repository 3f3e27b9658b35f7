import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isMembers, type Members } from '../../../core/json/json.ts'
import { type Checkpoint, parseCheckpoint } from '../../../ledger/checkpoint/checkpoint.ts'
import type { VerifierKey } from '../../../ledger/checkpoint/verifier-key.ts'
import { verifySubtreeProof } from '../../../ledger/proof/subtree-proof.ts'
import type { TlogProof } from '../../../ledger/proof/tlog-proof.ts'
import { findingText, verdictOf } from '../../../ledger/verification/finding-text.ts'
import { verifyFolder } from '../../../ledger/verification/verify-folder.ts'
import { CONNECTION_OPTIONS, findConnection } from '../../client/connection-options.ts'
import { ARCHIVE_ENDING, withUnpacked } from '../../client/evidence-archive.ts'
import {
  leafOfFile,
  parseKeys,
  readCheckpointFile,
  readKeys,
  readProofFile,
  untrusted,
} from '../../client/ledger-trust.ts'
import {
  type Ask,
  createClient,
  jsonOf,
  unreachable,
  wholeBody,
} from '../../client/server-client.ts'
import { textLines } from '../../client/text-lines.ts'
import type { Call } from '../../command.ts'
import { CommandError } from '../../command-error.ts'
import { type Output, write } from '../../command-io.ts'
import { defineCommand } from '../../define-command.ts'
import type { Ending } from '../../exit-code.ts'
import { fileError } from '../../terminal/file-error.ts'
import { plainLine } from '../../terminal/plain-line.ts'
import { createProgress, grouped, type Progress } from '../../terminal/progress.ts'

/** Most findings that are printed; the others are counted. */
const FINDINGS_SHOWN_MAX = 20

const OPTIONS = {
  key: {
    type: 'text',
    placeholder: 'KEY',
    description: "Verifier key of the ledger, or a file with one per line (default: the server's)",
  },
  checkpoint: {
    type: 'texts',
    placeholder: 'FILE',
    description: 'A saved checkpoint that the ledger must continue',
  },
  event: {
    type: 'text',
    placeholder: 'FILE',
    description: 'The event as JSON; only with a FILE.tlog-proof',
  },
  save: {
    type: 'text',
    placeholder: 'FILE',
    description: 'Save the checkpoint for the next verification if the ledger is intact',
  },
  json: { type: 'switch', description: 'Print one JSON object' },
  ...CONNECTION_OPTIONS,
} as const

/** `waybill verify`: compares a ledger with its signed checkpoints. */
export const verifyCommand = defineCommand(
  {
    name: 'verify',
    summary: 'Check that no event was changed, removed or added',
    operands: '[FOLDER | FILE.tar | FILE.tlog-proof]',
    description: `Makes the server read all stored events again and compares the result with its
signed checkpoint; altered events are listed. --checkpoint also compares the ledger with a
checkpoint that was saved elsewhere, which the server cannot have changed.

With a FOLDER or FILE.tar, which is an export with proofs or a mirror, or with the proof of one
event, no server is needed.

The last line is the verdict:
  consistent   intact, and continues the given checkpoints
  unanchored   intact, but not compared with a checkpoint saved elsewhere
  diverged     does not continue a given checkpoint, or is not signed by the key
  altered      events, or their hashes, differ from the signed ones
  missing      events are missing
  unreadable   the store or the files cannot be read`,
    options: OPTIONS,
    operandCount: { min: 0, max: 1 },
    examples: [
      { line: 'waybill verify --save waybill.checkpoint', does: 'verifies for the first time' },
      {
        line: 'waybill verify --checkpoint waybill.checkpoint --save waybill.checkpoint',
        does: 'verifies again later',
      },
      { line: 'waybill verify ./evidence --key ledger.vkey', does: 'verifies an export' },
    ],
  },
  verify,
)

/** The result of a verification. */
interface Report {
  readonly verdict: 'consistent' | 'unanchored' | 'diverged' | 'altered' | 'missing' | 'unreadable'
  readonly checkpoint?: Checkpoint
  readonly events?: number
  readonly findings: readonly string[]
  readonly findingCount: number
}

const ENDINGS: Readonly<Record<Report['verdict'], Ending>> = {
  consistent: 'success',
  unanchored: 'success',
  diverged: 'diverged',
  altered: 'altered',
  missing: 'missing',
  unreadable: 'unreadable',
}

async function verify(call: Call<typeof OPTIONS>): Promise<Ending> {
  const { options, operands, io } = call
  const [folder] = operands
  const kept = await Promise.all(options.checkpoint.map(readCheckpointFile))
  const report =
    folder === undefined ? await verifyServer(call, kept) : await verifyOperand(call, folder, kept)
  const isWhole = report.verdict === 'consistent' || report.verdict === 'unanchored'
  if (isWhole && options.save !== undefined && report.checkpoint !== undefined) {
    const { save } = options
    await writeFile(save, report.checkpoint.text).catch((error: unknown) => {
      throw fileError(save, error)
    })
  }
  await write(io.stdout, options.json ? jsonText(report) : reportText(report))
  return ENDINGS[report.verdict]
}

async function verifyServer(
  { options, io }: Call<typeof OPTIONS>,
  kept: readonly Checkpoint[],
): Promise<Report> {
  const connection = findConnection(options, io.env)
  const ask = createClient(connection)
  const textAt = async (path: string) => await (await ask({ path })).text()
  const offered = options.key === undefined ? await textAt('v1/ledger/key') : undefined
  const keys =
    offered === undefined ? await readKeys(options.key ?? '') : parseKeys(offered, 'the server')
  const checkpoint = parseCheckpoint(await textAt('v1/ledger/checkpoint'))
  const problem = await divergence(ask, { checkpoint, keys, kept })
  if (problem !== undefined) return diverged(checkpoint, problem)
  const signal = io.interruption()
  const answer = await ask({ method: 'POST', path: 'v1/ledger/verification', signal })
  let last: Members = {}
  const progress = eventProgress(io.stderr)
  try {
    for await (const line of textLines(wholeBody(answer, connection, signal))) {
      const step: unknown = JSON.parse(line)
      if (isMembers(step)) last = step
      progress.update(Number(last['events']))
    }
  } catch (error) {
    throw unreachable(connection.base, error)
  } finally {
    progress.clear()
  }
  if (typeof last['verdict'] !== 'string') throw cutOff(connection.base)
  return {
    checkpoint,
    verdict: verdictFrom(last['verdict'], kept),
    events: Number(last['events']),
    findings: Array.isArray(last['findings']) ? last['findings'].map(String) : [],
    findingCount: Number(last['findingCount']),
  }
}

async function verifyOperand(
  call: Call<typeof OPTIONS>,
  operand: string,
  kept: readonly Checkpoint[],
): Promise<Report> {
  if (!operand.endsWith(ARCHIVE_ENDING)) return await verifyFiles(call, operand, kept)
  try {
    return await withUnpacked(operand, (folder) => verifyFiles(call, folder, kept))
  } catch (error) {
    if (error instanceof CommandError && error.ending !== 'unreadable') throw error
    const reason = error instanceof Error ? error.message : String(error)
    return { verdict: 'unreadable', findings: [`${operand}: ${reason}`], findingCount: 1 }
  }
}

async function verifyFiles(
  { options, io }: Call<typeof OPTIONS>,
  folder: string,
  kept: readonly Checkpoint[],
): Promise<Report> {
  if (options.key === undefined) {
    const hint = 'a key that came with the files proves nothing; get it from the operator'
    throw new CommandError('a folder needs --key', { ending: 'usage', hint })
  }
  const keys = await readKeys(options.key)
  const proof = folder.endsWith('.tlog-proof') ? await readProofFile(folder) : undefined
  const checkpoint = proof?.checkpoint ?? (await readCheckpointFile(join(folder, 'checkpoint')))
  const problem = untrusted(checkpoint, keys)
  if (problem !== undefined) return diverged(checkpoint, problem)
  if (proof !== undefined) return await verifyProof(proof, options, kept)
  const strange = kept.find((one) => one.size === checkpoint.size && !isSameTree(one, checkpoint))
  if (strange !== undefined) return diverged(checkpoint, 'a saved checkpoint has another tree')
  const progress = eventProgress(io.stderr)
  try {
    const run = verifyFolder(folder, checkpoint)
    let step = await run.next()
    for (; step.done !== true; step = await run.next()) progress.update(step.value.events)
    const found = step.value
    return {
      checkpoint,
      verdict: verdictFrom(verdictOf(found), kept),
      events: found.events,
      findings: found.findings.map((finding) => findingText(finding, checkpoint.logName)),
      findingCount: found.count,
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { checkpoint, verdict: 'unreadable', findings: [reason], findingCount: 1 }
  } finally {
    progress.clear()
  }
}

/** Verifies one event with the file that proves it. */
async function verifyProof(
  { index, hashes, checkpoint }: TlogProof,
  { event }: Pick<Call<typeof OPTIONS>['options'], 'event'>,
  kept: readonly Checkpoint[],
): Promise<Report> {
  if (event === undefined) {
    throw new CommandError('a proof needs --event', { ending: 'usage' })
  }
  const hash = await leafOfFile(event)
  const { size, rootHash: root } = checkpoint
  const isIn = verifySubtreeProof({ start: index, end: index + 1, hash, proof: hashes, size, root })
  const found = isIn ? [] : [`${event} is not event ${index} of ${checkpoint.logName}`]
  const verdict = isIn ? verdictFrom('consistent', kept) : 'altered'
  return { checkpoint, verdict, events: 1, findings: found, findingCount: found.length }
}

/** Why the ledger does not continue the saved checkpoints; undefined when it does. */
async function divergence(
  ask: Ask,
  { checkpoint, keys, kept }: Known,
): Promise<string | undefined> {
  const problem = untrusted(checkpoint, keys)
  if (problem !== undefined) return problem
  for (const older of kept) {
    const strange = untrusted(older, keys)
    if (strange !== undefined) return `saved checkpoint: ${strange}`
    if (older.size > checkpoint.size) {
      return `the ledger had ${older.size} events, but now has ${checkpoint.size}`
    }
    if (!(await isContinuation(ask, older, checkpoint))) {
      return `the first ${older.size} events are not those of the saved checkpoint`
    }
  }
  return undefined
}

interface Known {
  readonly checkpoint: Checkpoint
  readonly keys: readonly VerifierKey[]
  readonly kept: readonly Checkpoint[]
}

async function isContinuation(ask: Ask, older: Checkpoint, newer: Checkpoint): Promise<boolean> {
  if (older.size === 0) return true
  if (older.size === newer.size) return isSameTree(older, newer)
  const query = new URLSearchParams({ from: String(older.size), to: String(newer.size) })
  const { hashes } = await jsonOf(await ask({ path: 'v1/ledger/consistency', query }))
  const proof = Array.isArray(hashes)
    ? hashes.map((hash) => Buffer.from(String(hash), 'base64'))
    : []
  const range = { start: 0, end: older.size, hash: older.rootHash }
  return verifySubtreeProof({ ...range, size: newer.size, root: newer.rootHash, proof })
}

function isSameTree(one: Checkpoint, other: Checkpoint): boolean {
  return one.size === other.size && Buffer.compare(one.rootHash, other.rootHash) === 0
}

function diverged(checkpoint: Checkpoint, finding: string): Report {
  return { checkpoint, verdict: 'diverged', findings: [finding], findingCount: 1 }
}

function verdictFrom(word: string, kept: readonly Checkpoint[]): Report['verdict'] {
  if (word === 'missing' || word === 'altered') return word
  return kept.length > 0 ? 'consistent' : 'unanchored'
}

function eventProgress(output: Output): Progress {
  return createProgress(output, (count, rate) => `${grouped(count)} events, ${grouped(rate)}/s`)
}

function cutOff(base: URL): CommandError {
  return new CommandError(`${base.origin} closed the connection before the end of its answer`, {
    ending: 'unreadable',
    hint: "see the server's log",
  })
}

function jsonText({ checkpoint, ...report }: Report): string {
  const shown = checkpoint && { logName: checkpoint.logName, size: checkpoint.size }
  return `${JSON.stringify({ ...report, checkpoint: shown })}\n`
}

function reportText({ checkpoint, verdict, events, findings, findingCount }: Report): string {
  const lines = findings.slice(0, FINDINGS_SHOWN_MAX).map(plainLine)
  const more = findingCount - lines.length
  if (more > 0) lines.push(`and ${grouped(more)} more`)
  if (events !== undefined) lines.push(`${grouped(events)} events read`)
  if (checkpoint !== undefined) {
    lines.push(`checkpoint ${plainLine(checkpoint.logName)}, size ${checkpoint.size}`)
  }
  return [...lines, verdict].map((line) => `${line}\n`).join('')
}
