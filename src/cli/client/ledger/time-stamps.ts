import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ifThere } from '../../../core/files.ts'
import { type Checkpoint, parseCheckpoint } from '../../../ledger/checkpoint/checkpoint.ts'
import { readTimeStamp, TimeStampError } from '../../../ledger/time-stamp/time-stamp.ts'
import { grouped } from '../../terminal/progress.ts'
import { type Ask, jsonOf } from '../server-client.ts'

/** The file of a mirror that holds the time stamp of its checkpoint. */
export const TIME_STAMP_FILE = 'checkpoint.tsr'

/** A checkpoint, and the reply of the authority that stamped it. */
export interface StampedCheckpoint {
  readonly checkpoint: Checkpoint
  readonly reply: Uint8Array
}

/** The latest checkpoint of a server that was stamped; undefined without one. */
export async function stampedCheckpoint(ask: Ask): Promise<StampedCheckpoint | undefined> {
  const list = 'v1/ledger/time-stamps'
  const query = new URLSearchParams({ limit: '1' })
  const { timeStamps } = await jsonOf(await ask({ path: list, query }))
  const [latest] = Array.isArray(timeStamps) ? timeStamps : []
  if (latest === undefined) return undefined
  const path = `${list}/${Number(Object(latest).size)}`
  const reply = new Uint8Array(await (await ask({ path })).arrayBuffer())
  const text = await (await ask({ path: `${path}/checkpoint` })).text()
  return { checkpoint: parseCheckpoint(text), reply }
}

/** The time stamp of the checkpoint of a folder; undefined without one. */
export async function stampInFolder(
  folder: string,
  checkpoint: Checkpoint,
): Promise<StampedCheckpoint | undefined> {
  const reply = await ifThere(readFile(join(folder, TIME_STAMP_FILE)))
  return reply === undefined ? undefined : { checkpoint, reply }
}

/**
 * What a time stamp says, as a sentence.
 *
 * @param trusted certificates of authorities to trust, as PEM; absent: none is asked for.
 * @returns `isValid` false when it does not say that.
 */
export async function stampText(
  { checkpoint, reply }: StampedCheckpoint,
  trusted: string | undefined,
): Promise<{ readonly text: string; readonly isValid: boolean }> {
  try {
    const bytes = Buffer.from(checkpoint.text)
    const stamp = await readTimeStamp(reply, {
      bytes,
      ...(trusted !== undefined && { trusted }),
    })
    const doubt = stamp.isTrusted ? '' : ', whose certificate was not checked'
    const what = `${grouped(checkpoint.size)} events existed at ${stamp.time}`
    return { text: `${what}, says ${stamp.authority}${doubt}`, isValid: true }
  } catch (error) {
    if (!(error instanceof TimeStampError)) throw error
    return { text: `the time stamp is not valid: ${error.message}`, isValid: false }
  }
}
