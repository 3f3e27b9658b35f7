/** The kind of the source of events that were collected from an Opsera. */
export const OPSERA_SOURCE_KIND = 'opsera'

/** The type of the target of events that are rows of the pipeline log: a step of a pipeline. */
export const STEP_TARGET_TYPE = 'pipeline-step'

/** The action of events that are rows of the token log. */
export const TOKEN_USE_ACTION = 'token.use'
