import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, test } from 'vitest'
import { type DiskVolume, makeDiskVolume } from '../support/disk-volume.ts'
import { eventually } from '../support/eventually.ts'
import { roundsOr } from '../support/rounds.ts'
import { expectStored, Sender } from '../support/sender.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const ROUNDS = roundsOr(2)
/** Longest that a round may take, ms. */
const ROUND_MS_MAX = 120_000
const VOLUME_MEBIBYTES = 512
/**
 * Bytes of acknowledged messages before the power is lost. A segment of the journal has 16 MiB: the
 * first ones are freed on the way, and what they held is in the engine alone.
 */
const BYTES_BEFORE_LOSS = { min: 8 * 1024 * 1024, max: 24 * 1024 * 1024 }
const MESSAGE_BYTES = 8000

let folder: string
let volume: DiskVolume
let waybill: WaybillProcess

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-power-'))
  volume = await makeDiskVolume(join(folder, 'disk'), VOLUME_MEBIBYTES)
  waybill = await startWaybill({ dataDirectory: join(volume.directory, 'data') })
})

afterAll(async () => {
  await waybill?.kill()
  await volume?.remove()
  rmSync(folder, { recursive: true })
})

test(
  `${ROUNDS} power losses under writers and a reader lose nothing and double nothing`,
  async () => {
    const senders = [1, 5, 20, 80].map(
      (batchEvents) => new Sender({ batchEvents, messageBytes: MESSAGE_BYTES }),
    )
    for (let round = 0; round < ROUNDS; round += 1) {
      await loseUnsyncedWrites(senders)
      waybill = await waybill.restart()
      await expectStored(waybill, ...senders)
    }
  },
  ROUNDS * ROUND_MS_MAX,
)

/** Both journal and engine lose what was not synced when the server stood still. */
async function loseUnsyncedWrites(senders: readonly Sender[]): Promise<void> {
  const server = waybill
  let isOver = false
  const whileOn = async (work: () => Promise<unknown>) => {
    while (!isOver) {
      await work().catch((error: unknown) => {
        if (!isOver) throw error
      })
    }
  }
  const working = Promise.all([
    ...senders.map((sender) => whileOn(() => sender.sendAll(server, 1))),
    // A reader has the engine insert more often.
    whileOn(async () => (await server.request('/v1/events?limit=10')).text()),
  ])
  const bytes = () => senders.reduce((sum, sender) => sum + sender.acknowledgedBytes, 0)
  const enough = bytes() + randomInt(BYTES_BEFORE_LOSS.min, BYTES_BEFORE_LOSS.max)
  await eventually(
    async () => bytes(),
    (acknowledged) => acknowledged > enough,
    { what: 'enough events' },
  )
  process.kill(server.pid, 'SIGSTOP')
  await volume.photograph()
  isOver = true
  await server.kill()
  await working
  await volume.losePower()
}
