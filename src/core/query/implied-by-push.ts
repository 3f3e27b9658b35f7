import type { Condition } from './query.ts'

/**
 * Actions of events that are derived from a push, because registries report only the push. Such an
 * event has the native action of the push.
 */
export const IMPLIED_BY_PUSH = ['tag.move', 'repository.create'] as const
export type ImpliedByPush = (typeof IMPLIED_BY_PUSH)[number]

/** The registries' word for a push: the native action of pushes and of events derived from them. */
export const NATIVE_PUSH = 'push'

/** Excludes derived events, for APIs that show each act once: they show the push. */
export const NOT_IMPLIED_BY_PUSH: Condition = {
  anyOf: [
    [{ field: 'action', notIn: IMPLIED_BY_PUSH }],
    [{ field: 'nativeAction', notIn: [NATIVE_PUSH] }],
  ],
}

/** Whether an event is derived from a push: the opposite of `NOT_IMPLIED_BY_PUSH`. */
export function isImpliedByPush({ action, nativeAction }: ActionFields): boolean {
  return nativeAction === NATIVE_PUSH && IMPLIED_BY_PUSH.some((implied) => implied === action)
}

interface ActionFields {
  readonly action: string
  readonly nativeAction?: string | undefined
}
