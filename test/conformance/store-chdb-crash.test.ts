import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClock } from '../../src/core/time/timestamp.ts'
import { openStore } from '../../src/store/store.ts'
import { collect } from '../support/store-harness.ts'

const WRITER = fileURLToPath(new URL('../support/store-crash-writer.ts', import.meta.url))
const ROUNDS = 3
/** Acknowledged inserts before the kill. */
const INSERTS_MIN = 3

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waybill-crash-'))
})
afterAll(async () => {
  await rm(directory, { recursive: true, force: true })
})

test('after a kill every acknowledged group is there, each whole or not at all', async () => {
  let acknowledged = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    acknowledged = await writeUntilKilled(round)
    const store = await openStore({
      location: { dataDirectory: directory },
      origin: 'crash',
      clock: createClock(),
    })
    try {
      const texts = await collect(store.writer.canonicalFrom(0))
      expect(texts.length).toBeGreaterThanOrEqual(acknowledged)
      expect(await store.writer.size()).toBe(texts.length)
      for (let seq = 0; seq < texts.length; ) {
        const [first, count] = messageOf(texts[seq]).split(' ').map(Number)
        expect(first).toBe(seq)
        expect(messageOf(texts[seq + (count ?? 0) - 1])).toBe(`${first} ${count}`)
        seq += count ?? 0
      }
    } finally {
      await store.close()
    }
  }
})

test('a directory that another process has open is refused, in words that say so', async () => {
  const writer = spawn(process.execPath, ['--import', 'tsx', WRITER, directory])
  try {
    await once(writer.stdout, 'data')
    const second = openStore({
      location: { dataDirectory: directory },
      origin: 'crash',
      clock: createClock(),
    })
    await expect(second).rejects.toMatchObject({
      code: 'store.unavailable',
      detail: expect.stringContaining(`is in use by process ${writer.pid}`),
    })
  } finally {
    writer.kill('SIGKILL')
    await once(writer, 'exit')
  }
})

/** Runs the writer for a while; answers the size that it acknowledged last. */
async function writeUntilKilled(round: number): Promise<number> {
  const writer = spawn(process.execPath, ['--import', 'tsx', WRITER, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  for await (const chunk of writer.stdout) {
    output += chunk
    if (output.split('\n').length > INSERTS_MIN + round && !writer.killed) {
      // Some way into the next insert.
      setTimeout(() => writer.kill('SIGKILL'), round * 7)
    }
  }
  const sizes = output.split('\n').slice(0, -1)
  return Number(sizes.at(-1))
}

function messageOf(canonical: string | undefined): string {
  const event: { readonly message: string } = JSON.parse(canonical ?? '{}')
  return event.message
}
