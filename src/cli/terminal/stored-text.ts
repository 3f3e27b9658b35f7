import { grouped } from './progress.ts'

/** How many events were stored, for people: `stored 5 events (3 duplicates skipped)`. */
export function storedText(counts: {
  readonly accepted: number
  readonly duplicates: number
}): string {
  const { accepted, duplicates } = counts
  const events = accepted === 1 ? '1 event' : `${grouped(accepted)} events`
  if (duplicates === 0) return `stored ${events}`
  const skipped = duplicates === 1 ? '1 duplicate' : `${grouped(duplicates)} duplicates`
  return `stored ${events} (${skipped} skipped)`
}
