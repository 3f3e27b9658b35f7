import type { JsonObject, JsonValue, Level, Outcome } from '../../core/event/event.ts'

/** How far a build or a step has come. */
export interface Ending {
  /** Buildbot's own word for it. */
  readonly word: string
  readonly outcome: Outcome
  readonly level: Level
  readonly isFinished: boolean
}

/** How a build or a step ended, by Buildbot's `results`, in Buildbot's own words. */
const RESULTS: readonly (readonly [string, Outcome, Level])[] = [
  ['success', 'success', 'info'],
  ['warnings', 'success', 'warn'],
  ['failure', 'failure', 'error'],
  ['skipped', 'unknown', 'info'],
  ['exception', 'failure', 'error'],
  ['retry', 'failure', 'warn'],
  ['cancelled', 'failure', 'warn'],
]

/** Reads how a build or a step ended. Without `complete`, an end time shows that it has ended. */
export function endingOf(stated: JsonObject): Ending {
  const { complete, results } = stated
  if (complete === false) {
    return { word: 'running', outcome: 'pending', level: 'info', isFinished: false }
  }
  const isFinished = complete === true || isTime(stated['complete_at'])
  const [word, outcome, level] = RESULTS[typeof results === 'number' ? results : -1] ?? []
  return {
    word: word ?? 'unknown',
    outcome: outcome ?? 'unknown',
    level: level ?? 'info',
    isFinished,
  }
}

function isTime(value: JsonValue | undefined): boolean {
  return typeof value === 'number' || (typeof value === 'string' && value !== '')
}
