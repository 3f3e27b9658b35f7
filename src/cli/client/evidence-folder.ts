import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pauseFor } from '../../core/retry.ts'
import { type Checkpoint, parseCheckpoint } from '../../ledger/checkpoint/checkpoint.ts'
import { TILE_WIDTH } from '../../ledger/tree/tile-shape.ts'
import { EVENTS_FILE } from '../../ledger/verification/verify-folder.ts'
import { CommandError } from '../command-error.ts'
import type { Ask } from './server-client.ts'
import { downloadTiles, tilesAround, writeWhole } from './tile-download.ts'

/** How often, and in which interval, it is looked whether the last event is signed. */
const LOOKS_MAX = 10
const LOOK_MS = 1_000

/**
 * Puts next to exported events what proves them: the checkpoint, the key and the tiles around them.
 * Any client of tlog-tiles can read the folder.
 *
 * @returns the size of the checkpoint.
 * @throws CommandError for an event without a place in the ledger, and when no checkpoint comes.
 */
export async function writeProofs(folder: string, ask: Ask, signal: AbortSignal): Promise<number> {
  const { groups, endSeq } = await placesOf(join(folder, EVENTS_FILE))
  const checkpoint = await checkpointOver(endSeq, ask, signal)
  const onTiles = () => undefined
  await downloadTiles(tilesAround(groups, checkpoint.size), { ask, folder, signal, onTiles })
  const keys = await (await ask({ path: 'v1/ledger/key', signal })).text()
  const [key = ''] = keys.split('\n')
  await writeWhole(join(folder, 'policy'), `log ${key}\nquorum none\n`)
  await writeWhole(join(folder, 'checkpoint'), checkpoint.text)
  return checkpoint.size
}

/** The groups of 256 that the events are in, and the seq behind the last. */
async function placesOf(file: string) {
  const groups = new Set<number>()
  let endSeq = 0
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const { seq } = JSON.parse(line)
    if (!Number.isSafeInteger(seq)) {
      throw new CommandError('an exported event has no seq', { ending: 'failure' })
    }
    groups.add(Math.floor(seq / TILE_WIDTH))
    endSeq = Math.max(endSeq, seq + 1)
  }
  return { groups, endSeq }
}

async function checkpointOver(size: number, ask: Ask, signal: AbortSignal): Promise<Checkpoint> {
  for (let looks = 0; looks < LOOKS_MAX && !signal.aborted; looks += 1) {
    const answer = await ask({ path: 'v1/ledger/checkpoint', signal })
    const checkpoint = parseCheckpoint(await answer.text())
    if (checkpoint.size >= size) return checkpoint
    await pauseFor(LOOK_MS, signal)
  }
  throw new CommandError('no checkpoint is over the exported events', { ending: 'unreachable' })
}
