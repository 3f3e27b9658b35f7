import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isMembers, type Members } from '../../../core/json/json.ts'
import { type Checkpoint, parseCheckpoint } from '../../../ledger/checkpoint/checkpoint.ts'
import type { VerifierKey } from '../../../ledger/checkpoint/verifier-key.ts'
import type { TrustPolicy } from '../../../ledger/policy/trust-policy.ts'
import { verifySubtreeProof } from '../../../ledger/proof/subtree-proof.ts'
import type { TlogProof } from '../../../ledger/proof/tlog-proof.ts'
import { verifyFolder } from '../../../ledger/verification/verify-folder.ts'
import { CONNECTION_OPTIONS, findConnection } from '../../client/connection-options.ts'
import { ARCHIVE_ENDING, withUnpacked } from '../../client/evidence-archive.ts'
import { divergence, isSameTree, refusal } from '../../client/ledger/continuation.ts'
import {
  bestWitnessed,
  readPolicyFile,
  witnessedCheckpoint,
} from '../../client/ledger/policy-file.ts'
import { stampedCheckpoint, stampInFolder, stampText } from '../../client/ledger/time-stamps.ts'
import {
  leafOfFile,
  parseKeys,
  readCheckpointFile,
  readKeys,
  readProofFile,
  textOf,
  untrusted,
} from '../../client/ledger-trust.ts'
import { createClient, unreachable, wholeBody } from '../../client/server-client.ts'
import { textLines } from '../../client/text-lines.ts'
import type { Call } from '../../command.ts'
import { CommandError } from '../../command-error.ts'
import { write } from '../../command-io.ts'
import { defineCommand } from '../../define-command.ts'
import type { Ending } from '../../exit-code.ts'
import { fileError } from '../../terminal/file-error.ts'
import {
  type Anchors,
  diverged,
  eventProgress,
  isAnchored,
  jsonText,
  type Report,
  reportOn,
  reportText,
  unreadable,
  verdictFrom,
} from './verification-report.ts'
import { isDataDirectory, verifyAtRest } from './verify-at-rest.ts'

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
  policy: {
    type: 'text',
    placeholder: 'FILE',
    description: 'The keys of the ledger and the witnesses to trust, as a C2SP tlog-policy',
  },
  'time-stamp-certificates': {
    type: 'text',
    placeholder: 'FILE',
    description: 'Authorities to trust, as PEM; requires a time stamp of one of them',
  },
  event: {
    type: 'text',
    placeholder: 'FILE',
    description: 'The event as JSON; only with a FILE.tlog-proof',
  },
  'complete-from': {
    type: 'text',
    placeholder: 'SEQ',
    description: 'An export must have all events of its tenants from this seq on; 0 for all',
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
checkpoint that was saved elsewhere, which the server cannot have changed; --policy compares it with
the latest checkpoint that enough witnesses cosigned. If checkpoints are stamped by an authority,
the time by which the events existed is shown; --time-stamp-certificates names whom to trust.

With a FOLDER or FILE.tar, which is an export with proofs or a mirror, or with the proof of one
event, no server is needed. Statements (\`waybill ledger statement\`) in an export say whether all
events of a tenant are there. One that was filtered is not whole, which is no error unless
--complete-from requires it: then every event from that seq up to the last statement must be there.

The FOLDER may also be the data directory of a stopped server: all its events are compared with its
last checkpoint, and the latest ones with its journal. Nothing in it is written.

The last line is the verdict:
  consistent   intact, and continues the given checkpoints, or the witnessed one
  unanchored   intact, but not compared with a checkpoint saved elsewhere or witnessed
  diverged     does not continue such a checkpoint, or is not signed by the key
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
      { line: 'waybill verify --policy policy', does: 'compares with what witnesses cosigned' },
      { line: 'waybill verify ./evidence --key ledger.vkey', does: 'verifies an export' },
      {
        line: 'waybill verify ./evidence --key ledger.vkey --complete-from 0',
        does: 'also finds events that were left out of it',
      },
    ],
  },
  verify,
)

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
  if (folder === undefined && options['complete-from'] !== undefined) {
    const message = '--complete-from needs an export; a server compares all its statements anyway'
    throw new CommandError(message, { ending: 'usage' })
  }
  const kept = await Promise.all(options.checkpoint.map(readCheckpointFile))
  const policy = options.policy === undefined ? undefined : await readPolicyFile(options.policy)
  const known = { kept, policy }
  const found =
    folder === undefined
      ? await verifyServer(call, known)
      : await verifyOperand(call, folder, known)
  const report = await withStamp(found, options['time-stamp-certificates'])
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

/** Says when the ledger existed. Without a valid time stamp a required one cannot be read. */
async function withStamp(report: Report, certificates: string | undefined): Promise<Report> {
  const { stamped, checkpoint, notes = [] } = report
  const trusted = certificates === undefined ? undefined : await textOf(certificates)
  if (stamped === undefined) {
    return trusted === undefined ? report : unreadable('there is no time stamp', checkpoint)
  }
  const { text, isValid } = await stampText(stamped, trusted)
  if (!isValid && trusted !== undefined) return unreadable(text, checkpoint)
  return { ...report, notes: [...notes, text] }
}

/** The keys to trust, where the options name some. */
async function trustedKeys(
  { key }: Pick<Call<typeof OPTIONS>['options'], 'key'>,
  policy: TrustPolicy | undefined,
): Promise<readonly VerifierKey[] | undefined> {
  if (key !== undefined) return await readKeys(key)
  return policy === undefined || policy.logs.length === 0 ? undefined : policy.logs
}

async function verifyServer(
  { options, io }: Call<typeof OPTIONS>,
  { kept, policy }: Anchors,
): Promise<Report> {
  const connection = findConnection(options, io.env)
  const ask = createClient(connection)
  const textAt = async (path: string) => await (await ask({ path })).text()
  const keys =
    (await trustedKeys(options, policy)) ?? parseKeys(await textAt('v1/ledger/key'), 'the server')
  const cosigned = policy && (await witnessedCheckpoint(ask, keys))
  const checkpoint = parseCheckpoint(await textAt('v1/ledger/checkpoint'))
  const stamped = await stampedCheckpoint(ask)
  const older = [...kept, cosigned, stamped?.checkpoint].filter((one) => one !== undefined)
  const refused = refusal({ checkpoint, keys, kept: older })
  if (refused !== undefined) return diverged(checkpoint, refused)
  const divergent = await divergence(ask, { checkpoint, kept: older })
  const witnessed = policy && bestWitnessed([checkpoint, cosigned], policy)
  if (typeof witnessed === 'string') return diverged(checkpoint, witnessed)
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
  const verdict = verdictFrom(last['verdict'], isAnchored(kept, witnessed))
  const events = Number(last['events'])
  const isWhole = verdict !== 'altered' && verdict !== 'missing'
  if (isWhole && divergent !== undefined) return { ...diverged(checkpoint, divergent), events }
  return {
    checkpoint,
    witnessed,
    stamped,
    verdict,
    events,
    notes: divergent === undefined ? [] : [divergent],
    findings: Array.isArray(last['findings']) ? last['findings'].map(String) : [],
    findingCount: Number(last['findingCount']),
  }
}

async function verifyOperand(
  call: Call<typeof OPTIONS>,
  operand: string,
  known: Anchors,
): Promise<Report> {
  if (isDataDirectory(operand)) {
    const keys = await trustedKeys(call.options, known.policy)
    return await verifyAtRest(call, operand, { ...known, keys })
  }
  if (!operand.endsWith(ARCHIVE_ENDING)) return await verifyFiles(call, operand, known)
  try {
    return await withUnpacked(operand, (folder) => verifyFiles(call, folder, known))
  } catch (error) {
    if (error instanceof CommandError && error.ending !== 'unreadable') throw error
    const reason = error instanceof Error ? error.message : String(error)
    return unreadable(`${operand}: ${reason}`)
  }
}

async function verifyFiles(
  { options, io }: Call<typeof OPTIONS>,
  folder: string,
  { kept, policy }: Anchors,
): Promise<Report> {
  const keys = await trustedKeys(options, policy)
  if (keys === undefined) {
    const hint = 'a key that came with the files proves nothing; get it from the operator'
    const message = 'a folder needs --key, or --policy with the key of its ledger'
    throw new CommandError(message, { ending: 'usage', hint })
  }
  const completeFrom = seqOf(options['complete-from'])
  const proof = folder.endsWith('.tlog-proof') ? await readProofFile(folder) : undefined
  const checkpoint = proof?.checkpoint ?? (await checkpointIn(folder))
  if ('verdict' in checkpoint) return checkpoint
  const problem = untrusted(checkpoint, keys)
  if (problem !== undefined) return diverged(checkpoint, problem)
  const witnessed = policy && bestWitnessed([checkpoint], policy)
  if (typeof witnessed === 'string') return diverged(checkpoint, witnessed)
  const anchored = { witnessed, isAnchored: isAnchored(kept, witnessed) }
  if (proof !== undefined) return await verifyProof(proof, options, anchored)
  const strange = kept.find((one) => one.size === checkpoint.size && !isSameTree(one, checkpoint))
  if (strange !== undefined) return diverged(checkpoint, 'a saved checkpoint has another tree')
  const run = verifyFolder(folder, checkpoint, { completeFrom })
  const compared = { checkpoint, ...anchored, name: checkpoint.logName }
  const report = await reportOn(run, eventProgress(io.stderr), compared)
  return { ...report, stamped: await stampInFolder(folder, checkpoint) }
}

/** The checkpoint of a folder, or a report why it cannot be read. */
async function checkpointIn(folder: string): Promise<Checkpoint | Report> {
  try {
    return await readCheckpointFile(join(folder, 'checkpoint'))
  } catch (error) {
    if (!existsSync(folder) || !(error instanceof CommandError)) throw error
    return unreadable(error.message)
  }
}

/** @throws CommandError `usage` for a text that is not a seq. */
function seqOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new CommandError('--complete-from takes a seq, such as 0', { ending: 'usage' })
}

/** Verifies one event with the file that proves it. */
async function verifyProof(
  { index, hashes, checkpoint }: TlogProof,
  { event }: Pick<Call<typeof OPTIONS>['options'], 'event'>,
  { witnessed, isAnchored }: Pick<Report, 'witnessed'> & { readonly isAnchored: boolean },
): Promise<Report> {
  if (event === undefined) {
    throw new CommandError('a proof needs --event', { ending: 'usage' })
  }
  const hash = await leafOfFile(event)
  const { size, rootHash: root } = checkpoint
  const isIn = verifySubtreeProof({ start: index, end: index + 1, hash, proof: hashes, size, root })
  const found = isIn ? [] : [`${event} is not event ${index} of ${checkpoint.logName}`]
  const verdict = isIn ? verdictFrom('consistent', isAnchored) : 'altered'
  const counts = { events: 1, findings: found, findingCount: found.length }
  return { checkpoint, witnessed, verdict, ...counts }
}

function cutOff(base: URL): CommandError {
  return new CommandError(`${base.origin} closed the connection before the end of its answer`, {
    ending: 'unreadable',
    hint: "see the server's log",
  })
}
