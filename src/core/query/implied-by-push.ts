import type { Condition } from './query.ts'

/**
 * Actions of events that are derived from a push: the registry reports the push alone. Such an
 * event has the native action of the push.
 */
export const IMPLIED_BY_PUSH = ['tag.move', 'repository.create'] as const
export type ImpliedByPush = (typeof IMPLIED_BY_PUSH)[number]

/** What registries call a push: the native action of pushes and of what is derived from them. */
export const NATIVE_PUSH = 'push'

/** Leaves derived events out, for APIs that show each act once: the push is shown. */
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
