import { secret } from '../../../config/table/secret.ts'
import { asOption, withDefault } from '../../../config/table/setting.ts'
import { oneOf, several } from '../../../config/table/value-kind.ts'
import { SINCE } from '../../collecting/collector-settings.ts'
import { defineCollector } from '../../collecting/define-collector.ts'
import type { LogName } from '../selection.ts'
import { OPSERA_SOURCE_KIND } from '../source.ts'

/** The logs of an Opsera, in the order in which they are offered. */
const LOGS: readonly LogName[] = ['audit', 'actions', 'tokens', 'pipelines']
/** `audit` holds what `actions` does. */
const LOGS_DEFAULT: readonly LogName[] = ['audit', 'tokens', 'pipelines']

/** The collector of instances of Opsera. */
export const COLLECTOR = defineCollector({
  kind: OPSERA_SOURCE_KIND,
  product: 'Opsera',
  reads: 'the activity logs of an Opsera',
  rows: {
    token: secret({
      isRequired: true,
      form: 'word',
      what: 'personal access token of that Opsera',
      fileNote: 'It is read again when the token is refused.',
      variable: 'OPSERA_TOKEN',
      fileOption: 'opsera-token-file',
    }),
    logs: asOption(
      withDefault<readonly LogName[]>(
        several(oneOf('LOG', LOGS)),
        LOGS_DEFAULT,
        'Which logs are read: `audit` (user actions, of version 2), `actions` (the same by ' +
          'version 1, for an Opsera that has no other), `tokens`, `pipelines`.',
      ),
      { name: 'log' },
    ),
    since: SINCE,
  },
  async open(options) {
    const { createOpseraCollector } = await import('./collector.ts')
    return createOpseraCollector(options)
  },
  examples: [
    {
      line: 'OPSERA_TOKEN=… waybill collect opsera --url https://opsera.example -f',
      does: 'everything, until Ctrl-C',
    },
    {
      line: 'waybill collect opsera --url https://opsera.example --opsera-token-file pat',
      does: 'everything, as far as it is now',
    },
  ],
})
