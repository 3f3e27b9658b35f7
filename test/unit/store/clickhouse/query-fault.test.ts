import { expect, test } from 'vitest'
import { Fault } from '../../../../src/core/errors.ts'
import {
  engineFault,
  queryFault,
} from '../../../../src/store/clickhouse/connection/engine-fault.ts'

/** What the engine says, as a question's fault. */
function codeOf(message: string): string {
  const fault = queryFault(engineFault(new Error(message)))
  return fault instanceof Fault ? fault.code : 'no fault'
}

test.each([
  ['Code: 168. DB::Exception: AST is too big. Maximum: 50000. (TOO_BIG_AST)', 'query.too-complex'],
  ['Code: 167. DB::Exception: Maximum parse depth (1000) exceeded', 'query.too-complex'],
  [
    'Code: 241. DB::Exception: Query memory limit exceeded: would use 1.10 GiB, maximum: 1.00 GiB',
    'query.too-complex',
  ],
  [
    'Code: 241. DB::Exception: Memory limit (for query) exceeded: would use 1.10 GiB',
    'query.too-complex',
  ],
  // That of the whole engine, which other queries used up: it may pass.
  ['Code: 241. DB::Exception: (total) memory limit exceeded: would use 9 GiB', 'store.unavailable'],
  ['Code: 159. DB::Exception: Timeout exceeded: elapsed 60 seconds', 'query.timeout'],
  ['Code: 160. DB::Exception: Estimated query execution time is too long', 'query.timeout'],
  ['Code: 243. DB::Exception: Cannot reserve 1.00 MiB, not enough space', 'store.unavailable'],
  ['Code: 40. DB::Exception: Checksum doesn’t match', 'store.damaged'],
  ['Code: 62. DB::Exception: Syntax error', 'internal.fault'],
  ['connect ECONNREFUSED', 'store.unavailable'],
])('of a question %s is %s', (message, code) => {
  expect(codeOf(message)).toBe(code)
})

test('what an insert runs into is the store’s, and never the sender’s', () => {
  for (const code of [159, 168, 241]) {
    const fault = engineFault(
      new Error(`Code: ${code}. DB::Exception: Query memory limit exceeded`),
    )
    expect(fault.status).toBe(503)
  }
})
