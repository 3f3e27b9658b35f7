import { expect, test } from 'vitest'
import { createReadiness } from '../../../src/server/readiness.ts'

test('a server is ready only while it serves and its store answers', async () => {
  let store = Promise.resolve()
  const readiness = createReadiness(() => store)
  expect(await readiness.obstacle()).toBe('starting')
  readiness.started()
  expect(await readiness.obstacle()).toBeUndefined()
  store = Promise.reject(new Error('gone'))
  expect(await readiness.obstacle()).toBe('the store does not answer')
  store = Promise.resolve()
  expect(await readiness.obstacle()).toBeUndefined()
  readiness.stopping()
  expect(await readiness.obstacle()).toBe('stopping')
})
