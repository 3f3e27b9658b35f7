import { asOption, optional, required, withDefault } from '../../config/table/setting.ts'
import { calendarDay, httpUrl, plainName, wholeNumber } from '../../config/table/value-kind.ts'

const NAME_LENGTH_MAX = 64
const TENANT_LENGTH_MAX = 128
const EVERY_SECONDS = 300
const EVERY_SECONDS_MAX = 86_400

/** The settings of every collector, whatever it reads. */
export const EVERY_COLLECTOR = {
  name: asOption(
    required(
      plainName(NAME_LENGTH_MAX),
      'Name of the collector, for `source.name` of its events and for its position. Under ' +
        'another name everything would be read and stored again.',
    ),
    { whenAbsent: 'the host of the URL' },
  ),
  url: required(httpUrl, "Address of the vendor's server, without the path of its API."),
  everySeconds: asOption(
    withDefault<number>(
      wholeNumber(1, EVERY_SECONDS_MAX),
      EVERY_SECONDS,
      'Pause between two readings, in seconds. In the server it grows after each failure, up to ' +
        'an hour.',
    ),
    { name: 'every', whenAbsent: `with --follow; default ${EVERY_SECONDS}` },
  ),
  // A command has an option for any tenant that its token may write to.
  tenant: asOption(
    optional(plainName(TENANT_LENGTH_MAX), '`defaultTenant`', 'Tenant of its events.'),
    { isNone: true },
  ),
}

/** `since`, of the collectors of logs that reach back for years. */
export const SINCE = optional(
  calendarDay,
  '30 days before the first reading',
  'First day to read (UTC) when nothing has been read yet.',
)
