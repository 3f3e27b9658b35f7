import { Type } from 'typebox'
import type { ApiDescription, OperationDescription } from '../../api/api-description.ts'
import { jsonAnswer, optionalText, vendorErrors } from '../../api/vendor-answers.ts'
import type { LogName } from '../selection.ts'

const ErrorSchema: Type.TSchema = Type.Object(
  {
    status: Type.Integer({ examples: [400] }),
    message: Type.String({ examples: ['Invalid input parameters: page must be a whole number'] }),
  },
  { title: 'OpseraError' },
)

/** How the API document describes this dialect. */
export const OPSERA_API: ApiDescription = {
  tag: {
    name: 'Opsera',
    description: 'The activity logs of Opsera. A slash at the end is taken too.',
  },
  securitySchemes: {
    opseraToken: { type: 'http', scheme: 'bearer', description: 'A token of Waybill' },
  },
  errorAnswers: (operation) => ({
    ...vendorErrors({ 'application/json': ErrorSchema }, operation),
    422: jsonAnswer('A parameter needs another one', ErrorSchema),
  }),
}

const ID = '^[0-9A-Fa-f]{24}$|^$'
/** A day; of February 29th a pattern cannot know the years. */
const DAY =
  '^\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)' +
  '|02-(?:0[1-9]|1\\d|2[0-8]))$|^$'
const TIME_OF_DAY = '^(?:(?:[01]?\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d)?)?$'
const WHOLE = '^(?:0*[1-9]\\d{0,17})?$'

const LIST = 'Several with commas between them'

const VERSION_ONE = {
  date: optionalText('One day (UTC), YYYY-MM-DD', { pattern: DAY }),
  start: optionalText('The first day', { pattern: DAY }),
  end: optionalText('The last day', { pattern: DAY }),
  range: optionalText('How long before now, such as 3d', {
    pattern: '^(?:0*[1-9]\\d{0,14}[smhdw])?$',
  }),
  count: optionalText('Most rows, from 1', { pattern: WHOLE }),
}

const AUDIT = {
  start_date: optionalText('The first day (UTC), YYYY-MM-DD', { pattern: DAY }),
  start_time: optionalText('A time of that day, HH:MM or HH:MM:SS', { pattern: TIME_OF_DAY }),
  end_date: optionalText('The last day', { pattern: DAY }),
  end_time: optionalText('A time of that day', { pattern: TIME_OF_DAY }),
  page: optionalText('Which page, from 1', { pattern: WHOLE }),
  page_size: optionalText('Rows of a page', { pattern: WHOLE }),
  type: optionalText(`What the rows are about. ${LIST}`),
  action: optionalText(`What was done. ${LIST}`),
  user_id: optionalText('Id of the user, 24 hexadecimal digits', { pattern: ID }),
  user_email: optionalText('Its e-mail address'),
  target_id: optionalText('Id of the target, 24 hexadecimal digits', { pattern: ID }),
}

const LOGS: Readonly<Record<LogName, readonly [id: string, summary: string, query: object]>> = {
  actions: [
    'listOpseraUserActions',
    'What users did',
    { ...VERSION_ONE, type: optionalText(`What the rows are about. ${LIST}`) },
  ],
  tokens: [
    'listOpseraTokenActivity',
    'What tokens were used for',
    { ...VERSION_ONE, scope: optionalText(`Scopes of the tokens. ${LIST}`) },
  ],
  pipelines: [
    'listOpseraPipelineActivity',
    'What pipelines did',
    { ...VERSION_ONE, type: optionalText(`Accepted, as in Opsera. ${LIST}`) },
  ],
  audit: ['listOpseraAuditLog', 'The audit log of users, a page at a time', AUDIT],
}

const Rows: Type.TSchema = Type.Object(
  {
    count: Type.Integer({ minimum: 0, description: 'Rows in all' }),
    data: Type.Array(
      Type.Object(
        {
          _id: Type.String({ examples: ['6104270d1c9d440000000001'] }),
          createdAt: Type.Optional(Type.String({ examples: ['2026-11-22T12:10:41.814Z'] })),
        },
        { additionalProperties: true },
      ),
    ),
  },
  { title: 'OpseraLog' },
)

/** The description of a log's route. */
export function logDescription(log: LogName): OperationDescription {
  const [operationId, summary, query] = LOGS[log]
  return {
    operationId,
    summary,
    querystring: Type.Object({ ...query }),
    answers: { 200: jsonAnswer('The rows, newest first', Rows) },
  }
}
