/** The result of `inTime` for a promise that was too late. */
export const LATE = Symbol('late')

/**
 * The value of a promise that resolves within a number of milliseconds; else `LATE`. Rejects as it
 * does.
 */
export async function inTime<Value>(
  promise: Promise<Value>,
  waitMsMax: number,
): Promise<Value | typeof LATE> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => resolve(LATE), waitMsMax)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
