/** Stands for what was not there in time. */
export const LATE = Symbol('late')

/** What a promise resolves to within so many milliseconds; else `LATE`. Rejects as it does. */
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
