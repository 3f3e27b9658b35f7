/** The greatest number that a parameter may hold: that of 64 bits with a sign. */
export const WHOLE_NUMBER_MAX = 2n ** 63n - 1n

/**
 * The whole number from 1 to `WHOLE_NUMBER_MAX` that a text of decimal digits says; undefined for
 * any other text. Above 2^53 it is rounded, which no limit or offset notices.
 */
export function readWhole(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined
  const value = BigInt(text)
  return value >= 1n && value <= WHOLE_NUMBER_MAX ? Number(value) : undefined
}
