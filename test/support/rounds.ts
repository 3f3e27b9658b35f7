import { env } from 'node:process'

/**
 * How often a test kills a server or takes its power: what `WAYBILL_TEST_ROUNDS` says, else the
 * number that every run has time for.
 */
export function roundsOr(usual: number): number {
  const text = env['WAYBILL_TEST_ROUNDS']
  if (text === undefined) return usual
  const rounds = Number(text)
  if (Number.isInteger(rounds) && rounds > 0) return rounds
  throw new Error(`WAYBILL_TEST_ROUNDS: a number of rounds was expected, not "${text}"`)
}
