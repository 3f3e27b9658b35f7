import { expect, test } from 'vitest'
import { createReadiness } from '../../../../src/server/observe/readiness.ts'

/** A server that serves, on a store and a journal whose state can be changed. */
function setUp({ needsStore = false } = {}) {
  const state = {
    canRead: true,
    canWrite: true,
    isIndexFailing: false,
    damage: undefined as string | undefined,
    hasRoom: true,
    refusedAtMs: undefined as number | undefined,
    readOnly: undefined as string | undefined,
    writes: 0,
  }
  const readiness = createReadiness({
    read: async () => {
      if (!state.canRead) throw new Error('gone')
    },
    write: async () => {
      state.writes += 1
      if (!state.canWrite) throw new Error('the disk is full')
    },
    damage: () => state.damage,
    hasRoom: () => state.hasRoom,
    refusedAtMs: () => state.refusedAtMs,
    readOnly: () => state.readOnly,
    isIndexFailing: () => state.isIndexFailing,
    needsStore,
  })
  return { state, readiness }
}

const READY = { obstacle: undefined, areReadsAvailable: true }
const notReady = (obstacle: string) => ({ obstacle, areReadsAvailable: false })

test('a server is ready only while it serves', async () => {
  const { readiness } = setUp()
  expect(await readiness.state()).toEqual(notReady('starting'))
  readiness.started()
  expect(await readiness.state()).toEqual(READY)
  readiness.stopping()
  expect(await readiness.state()).toEqual(notReady('stopping'))
})

test.each(['canRead', 'isIndexFailing'] as const)(
  'a server without its store takes events and answers no questions: %s',
  async (name) => {
    const { state, readiness } = setUp()
    readiness.started()
    state[name] = name === 'isIndexFailing'
    expect(await readiness.state()).toEqual({ obstacle: undefined, areReadsAvailable: false })
    state[name] = name !== 'isIndexFailing'
    expect(await readiness.state()).toEqual(READY)
  },
)

test('a server whose acknowledgements rest on the store is not ready without it', async () => {
  const { state, readiness } = setUp({ needsStore: true })
  readiness.started()
  state.canRead = false
  expect(await readiness.state()).toEqual(notReady('the store does not answer'))
  state.canRead = true
  state.isIndexFailing = true
  expect(await readiness.state()).toEqual(notReady('the store accepts no events'))
})

test('a store that takes nothing is found before any event was sent', async () => {
  const { state, readiness } = setUp({ needsStore: true })
  readiness.started()
  state.canWrite = false
  expect(await readiness.state()).toEqual(notReady('the store accepts no events'))
})

test('a server whose disk refused the latest events is not ready', async () => {
  const { state, readiness } = setUp()
  readiness.started()
  state.refusedAtMs = performance.now()
  expect(await readiness.state()).toEqual(notReady('the journal accepts no events'))
  state.refusedAtMs = undefined
  expect(await readiness.state()).toEqual(READY)
  state.hasRoom = false
  expect(await readiness.state()).toEqual(notReady('the journal is full'))
})

test('a server whose stored data cannot be read is not ready', async () => {
  const { state, readiness } = setUp()
  readiness.started()
  state.damage = 'A part of the store cannot be read'
  expect(await readiness.state()).toEqual(notReady('A part of the store cannot be read'))
})

test('many who ask at once cost one write', async () => {
  const { state, readiness } = setUp({ needsStore: true })
  readiness.started()
  await Promise.all(Array.from({ length: 50 }, () => readiness.state()))
  expect(state.writes).toBe(1)
})

test('a server whose ledger is read-only is not ready', async () => {
  const { state, readiness } = setUp()
  readiness.started()
  state.readOnly = 'the data directory is a copy'
  expect(await readiness.state()).toEqual(notReady('the ledger is read-only'))
})
