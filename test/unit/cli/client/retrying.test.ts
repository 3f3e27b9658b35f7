import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { retrying } from '../../../../src/cli/client/retrying.ts'
import { ServerError } from '../../../../src/cli/client/server-client.ts'
import { CommandError } from '../../../../src/cli/command-error.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

function answered(status: number, retryAfterMs?: number): ServerError {
  return new ServerError({ status, retryAfterMs, problems: [] }, `answered ${status}`, undefined)
}

function away(): CommandError {
  return new CommandError('cannot reach it', { ending: 'unreachable' })
}

/** A server that fails with each of these errors, and then answers; what was said before waits. */
function serverOf(errors: readonly Error[], wasReached = true, attemptsMax?: number) {
  const left = [...errors]
  const said: string[] = []
  let requests = 0
  const ask = retrying(
    async () => {
      requests += 1
      const error = left.shift()
      if (error !== undefined) throw error
      return new Response('answer')
    },
    {
      wasReached: () => wasReached,
      onWait: (message) => said.push(message),
      ...(attemptsMax !== undefined && { attemptsMax }),
    },
  )
  return { ask, said, requests: () => requests }
}

async function ended(asked: Promise<Response>): Promise<unknown> {
  const ending = asked.then(
    () => 'answered',
    (error: unknown) => error,
  )
  await vi.runAllTimersAsync()
  return ending
}

test('a server that is busy or restarts is asked again, as late as it says', async () => {
  const { ask, said, requests } = serverOf([answered(503), away(), answered(429, 9_000)])
  expect(await ended(ask({ path: '' }))).toBe('answered')
  expect(requests()).toBe(4)
  expect(said).toHaveLength(3)
  expect(said.at(-1)).toBe('answered 429; trying again in 9.0 s')
})

test('no server makes a command wait for more than half a minute', async () => {
  const { ask, said } = serverOf([answered(429, 9_000_000)])
  expect(await ended(ask({ path: '' }))).toBe('answered')
  expect(said).toEqual(['answered 429; trying again in 30.0 s'])
})

test('what will not pass ends at once, as does a server that was never there', async () => {
  const refusal = answered(400)
  const refused = serverOf([refusal])
  expect(await ended(refused.ask({ path: '' }))).toBe(refusal)
  const unknown = serverOf([away()], false)
  expect(await ended(unknown.ask({ path: '' }))).toMatchObject({ ending: 'unreachable' })
  expect([refused.requests(), unknown.requests()]).toEqual([1, 1])
})

test('a request is given up after its last attempt, with what the server said then', async () => {
  const errors = [answered(502), answered(503), answered(504)]
  const { ask, requests } = serverOf(errors, true, 3)
  expect(await ended(ask({ path: '' }))).toBe(errors[2])
  expect(requests()).toBe(3)
})

test('an interruption ends the wait', async () => {
  const stopping = new AbortController()
  const { ask, requests } = serverOf([answered(503, 30_000)])
  const asked = ask({ path: '', signal: stopping.signal }).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(1_000)
  stopping.abort()
  expect(await asked).toMatchObject({ ending: 'interrupted' })
  expect([requests(), vi.getTimerCount()]).toEqual([1, 0])
})
