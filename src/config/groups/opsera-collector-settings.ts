import { listOf, optional, withDefault } from '../table/setting.ts'
import { calendarDay, oneOf, several } from '../table/value-kind.ts'
import { COLLECTOR_TOKEN, EVERY_COLLECTOR, tokenProblem } from './collector-settings.ts'

/** The logs of an Opsera, by the names that the configuration has for them. */
export const OPSERA_LOGS = ['audit', 'actions', 'tokens', 'pipelines'] as const

/** Those that are read when none is named: `audit` holds what `actions` does. */
export const OPSERA_LOGS_DEFAULT = ['audit', 'tokens', 'pipelines'] as const

/** `collectors.opsera`: instances of Opsera whose activity logs are read. */
export const OPSERA_COLLECTORS = listOf(
  {
    ...EVERY_COLLECTOR,
    ...COLLECTOR_TOKEN,
    logs: withDefault<readonly (typeof OPSERA_LOGS)[number][]>(
      several(oneOf('LOG', OPSERA_LOGS)),
      OPSERA_LOGS_DEFAULT,
      'Which logs are read: `audit` (user actions, of version 2), `actions` (the same by version ' +
        '1, for an Opsera that has no other), `tokens`, `pipelines`.',
    ),
    since: optional(
      calendarDay,
      '30 days before the first reading',
      'First day to read (UTC), when nothing was read yet.',
    ),
  },
  "Activity logs of Opsera, read through Opsera's API. See docs/collectors.md.",
  tokenProblem,
)
