import { beforeEach, expect, test } from 'vitest'
import { createReadiness, type Readiness } from '../../../src/server/readiness.ts'

interface State {
  canRead: boolean
  canWrite: boolean
  damage: string | undefined
  refusedAtMs: number | undefined
  writes: number
}

let state: State
let readiness: Readiness

beforeEach(() => {
  const fresh: State = {
    canRead: true,
    canWrite: true,
    damage: undefined,
    refusedAtMs: undefined,
    writes: 0,
  }
  state = fresh
  readiness = createReadiness({
    read: async () => {
      if (!fresh.canRead) throw new Error('gone')
    },
    write: async () => {
      fresh.writes += 1
      if (!fresh.canWrite) throw new Error('the disk is full')
    },
    damage: () => fresh.damage,
    refusedAtMs: () => fresh.refusedAtMs,
  })
})

test('a server is ready only while it serves and its store answers', async () => {
  expect(await readiness.obstacle()).toBe('starting')
  readiness.started()
  expect(await readiness.obstacle()).toBeUndefined()
  state.canRead = false
  expect(await readiness.obstacle()).toBe('the store does not answer')
  state.canRead = true
  expect(await readiness.obstacle()).toBeUndefined()
  readiness.stopping()
  expect(await readiness.obstacle()).toBe('stopping')
})

test('a server whose store takes nothing is not ready, before any event was sent', async () => {
  readiness.started()
  state.canWrite = false
  expect(await readiness.obstacle()).toBe('the store takes no events')
})

test('a server that could not store the latest events is not ready', async () => {
  readiness.started()
  state.refusedAtMs = performance.now()
  expect(await readiness.obstacle()).toBe('the store takes no events')
  state.refusedAtMs = undefined
  expect(await readiness.obstacle()).toBeUndefined()
})

test('a server whose stored data cannot be read is not ready', async () => {
  readiness.started()
  state.damage = 'A part of the store cannot be read'
  expect(await readiness.obstacle()).toBe('A part of the store cannot be read')
})

test('many who ask at once cost one write', async () => {
  readiness.started()
  await Promise.all(Array.from({ length: 50 }, () => readiness.obstacle()))
  expect(state.writes).toBe(1)
})
