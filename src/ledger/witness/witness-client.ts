import { boundedBody } from '../../core/bounded-body.ts'
import { cutText } from '../../core/cut-text.ts'
import { noAnswerReason } from '../../core/no-answer.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import { NoteError, noteOf, parseNote, verifyNote } from '../checkpoint/signed-note.ts'
import type { VerifierKey } from '../checkpoint/verifier-key.ts'

/** Longest wait for a whole answer of a witness, in milliseconds. */
const ANSWER_MS_MAX = 5_000
/** Largest answer of a witness, in bytes: signatures, or a size. */
const ANSWER_BYTES_MAX = 16 * 1024
/** Most lines of a consistency proof (C2SP tlog-witness). */
const PROOF_LINES_MAX = 63
/** How far the clock of a witness may differ from that of this machine, in seconds. */
const CLOCK_SECONDS_MAX = 600
/** Longest part of an answer that a message repeats, in UTF-16 units. */
const WORDS_LENGTH_MAX = 200

/** A witness that takes checkpoints. */
export interface ReachableWitness {
  readonly key: VerifierKey
  /** Its submission prefix. */
  readonly url: URL
}

/** A checkpoint for a witness. */
export interface Submission {
  readonly checkpoint: Checkpoint
  /** The size that the witness cosigned last, as far as that is known; at most the checkpoint's. */
  readonly oldSize: number
  /** The hashes that prove that the checkpoint continues an older size. */
  readonly proofFrom: (oldSize: number) => Promise<readonly Uint8Array[]>
}

/**
 * How a witness answered:
 * - `cosigned`, with its signature line and its time, in seconds since 1970.
 * - `ahead`: it cosigned a greater size than that of the checkpoint.
 * - `contradicted`: it cosigned a history that the checkpoint does not continue.
 * - `refused`: it does not cosign for this log, or not with this key.
 * - `failed`: there is no answer that can be used.
 */
export type WitnessAnswer =
  | { readonly what: 'cosigned'; readonly line: string; readonly seconds: number }
  | { readonly what: 'ahead'; readonly size: number }
  | { readonly what: 'contradicted' | 'refused' | 'failed'; readonly problem: string }

/** What a client needs besides the witness. */
export interface WitnessClientOptions {
  readonly userAgent: string
  /** The present moment, in seconds since 1970. */
  readonly nowSeconds: () => number
  /** Replaces `ANSWER_MS_MAX`. */
  readonly answerMsMax?: number | undefined
}

/**
 * Asks a witness to cosign a checkpoint (C2SP tlog-witness). When it cosigned another size before
 * than is known, it is asked once more. Nothing that it answers is believed without its signature,
 * and redirects are not followed. Rejects only as `proofFrom` does.
 */
export async function askWitness(
  witness: ReachableWitness,
  submission: Submission,
  options: WitnessClientOptions & { readonly signal: AbortSignal },
): Promise<WitnessAnswer> {
  const { checkpoint, oldSize } = submission
  const first = await submit(witness, submission, options)
  if (first.what !== 'conflict') return first
  if (first.size > checkpoint.size) return { what: 'ahead', size: first.size }
  if (first.size === oldSize) return refusedOwnSize(first.size, checkpoint)
  const second = await submit(witness, { ...submission, oldSize: first.size }, options)
  return second.what === 'conflict' ? refusedOwnSize(second.size, checkpoint) : second
}

/**
 * Asks a witness which size it cosigned last; undefined when it does not say. A checkpoint that
 * claims to be known already needs no proof, and any other size is named.
 */
export async function askCosignedSize(
  witness: ReachableWitness,
  checkpoint: Checkpoint,
  options: Options,
): Promise<number | undefined> {
  const proofFrom = () => Promise.resolve([])
  const submission = { checkpoint, oldSize: checkpoint.size, proofFrom }
  const answer = await submit(witness, submission, options)
  if (answer.what === 'conflict') return answer.size
  return answer.what === 'cosigned' ? checkpoint.size : undefined
}

/** A witness that refuses the size that it names itself has another root for it. */
function refusedOwnSize(size: number, checkpoint: Checkpoint): WitnessAnswer {
  return size === checkpoint.size
    ? { what: 'contradicted', problem: `it cosigned another root for the size ${size}` }
    : failed(`it names the size ${size}, and does not continue from there`)
}

type Answer = WitnessAnswer | { readonly what: 'conflict'; readonly size: number }
type Options = Parameters<typeof askWitness>[2]

async function submit(
  { key, url }: ReachableWitness,
  { checkpoint, oldSize, proofFrom }: Submission,
  { signal, userAgent, nowSeconds, answerMsMax = ANSWER_MS_MAX }: Options,
): Promise<Answer> {
  const isProofNeeded = oldSize > 0 && oldSize < checkpoint.size
  const body = requestText(checkpoint, oldSize, isProofNeeded ? await proofFrom(oldSize) : [])
  try {
    const response = await fetch(new URL('add-checkpoint', directoryOf(url)), {
      method: 'POST',
      headers: { 'Content-Type': 'text/plain; charset=utf-8', 'User-Agent': userAgent },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMsMax)]),
    })
    const { bytes, isWhole } = await boundedBody(response, ANSWER_BYTES_MAX)
    if (!isWhole) return failed(`its answer has more than ${ANSWER_BYTES_MAX} bytes`)
    const text = bytes.toString()
    if (response.status === 200) return cosignatureIn(text, { checkpoint, key, nowSeconds })
    if (response.status === 409 && isSizeOf(response)) return conflictIn(text)
    const problem = `it answered ${response.status}${wordsOf(text)}`
    if (response.status === 422) return { what: 'contradicted', problem }
    if (response.status === 403 || response.status === 404) return { what: 'refused', problem }
    return failed(problem)
  } catch (error) {
    return failed(noAnswerReason(error))
  }
}

/** The body of `add-checkpoint`. */
function requestText(
  { text }: Pick<Checkpoint, 'text'>,
  oldSize: number,
  proof: readonly Uint8Array[],
): string {
  if (proof.length > PROOF_LINES_MAX) throw new RangeError('the consistency proof is too long')
  const lines = proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`)
  return `old ${oldSize}\n${lines.join('')}\n${text}`
}

/** The cosignature in an answer: lines of other keys are skipped, as the specification says. */
function cosignatureIn(
  text: string,
  {
    checkpoint,
    key,
    nowSeconds,
  }: { readonly checkpoint: Checkpoint; readonly key: VerifierKey } & Pick<Options, 'nowSeconds'>,
): WitnessAnswer {
  try {
    const note = parseNote(noteOf(checkpoint.note.text, []) + text)
    const [verified] = verifyNote(note, [key])
    const line = note.signatures.find(
      ({ name, keyId }) => name === key.name && key.id.equals(keyId),
    )?.line
    const seconds = verified?.seconds
    if (line === undefined || seconds === undefined) {
      return failed('its answer has no cosignature of its key')
    }
    const offSeconds = Math.abs(seconds - nowSeconds())
    if (offSeconds <= CLOCK_SECONDS_MAX) return { what: 'cosigned', line, seconds }
    return failed(`its cosignature is dated ${Math.round(offSeconds)} s from the present`)
  } catch (error) {
    if (error instanceof NoteError)
      return failed(`its answer is not a cosignature: ${error.message}`)
    throw error
  }
}

function isSizeOf({ headers }: Response): boolean {
  return headers.get('Content-Type')?.split(';')[0]?.trim() === 'text/x.tlog.size'
}

function conflictIn(text: string): Answer {
  const size = Number(/^(0|[1-9]\d*)\n$/.exec(text)?.[1])
  return Number.isSafeInteger(size)
    ? { what: 'conflict', size }
    : failed('it answered 409 without a size')
}

function failed(problem: string): WitnessAnswer {
  return { what: 'failed', problem }
}

/** The URL with a slash at its end, so that names are added to it. */
function directoryOf({ href }: URL): string {
  return href.endsWith('/') ? href : `${href}/`
}

/** What a witness says about a refusal, as one line. */
function wordsOf(text: string): string {
  const words = cutText(text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim(), WORDS_LENGTH_MAX)
  return words === '' ? '' : `: ${words}`
}
