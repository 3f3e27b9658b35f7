/** The greatest number that a parameter may have: that of a signed 64-bit integer. */
export const WHOLE_NUMBER_MAX = 2n ** 63n - 1n

/**
 * The whole number from 1 to `WHOLE_NUMBER_MAX` in a text of decimal digits; undefined for any
 * other text. Above 2^53 it is rounded, which makes no difference to limits and offsets.
 */
export function readWhole(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined
  const value = BigInt(text)
  return value >= 1n && value <= WHOLE_NUMBER_MAX ? Number(value) : undefined
}
