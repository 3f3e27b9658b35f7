import { listOf, optional, required, withDefault } from '../table/setting.ts'
import {
  environmentName,
  oneOf,
  path,
  plainText,
  secretText,
  utcOffset,
} from '../table/value-kind.ts'
import { EVERY_COLLECTOR } from './collector-settings.ts'

const USERNAME_LENGTH_MAX = 255

/** Where the API of the versions of Container Station begins, newest first. */
export const STATION_API_PATHS = [
  'container-station/api/v1',
  'containerstation/api/v1',
  'api/v1',
] as const

/** `collectors.containerStation`: QNAP Container Stations whose log and events are read. */
export const STATION_COLLECTORS = listOf(
  {
    ...EVERY_COLLECTOR,
    username: required(
      plainText('NAME', USERNAME_LENGTH_MAX),
      'Who signs in. Without 2-step verification, which the API does not have.',
    ),
    password: optional(
      secretText,
      '`passwordFile` or `passwordVariable`',
      'Password of that user. A file of its own is the better place for it.',
    ),
    passwordFile: optional(
      path('FILE'),
      '`password` or `passwordVariable`',
      'File whose first line is the password. It is read at every sign-in.',
    ),
    passwordVariable: optional(
      environmentName,
      '`password` or `passwordFile`',
      'Environment variable that holds the password.',
    ),
    apiPath: withDefault(
      oneOf('PATH', STATION_API_PATHS),
      STATION_API_PATHS[0],
      'Where the API begins; the older names are those of older versions.',
    ),
    timezoneOffset: withDefault<number>(
      utcOffset,
      'Z',
      "Zone of the station's clock: its log tells the time on the wall as if it were UTC.",
    ),
  },
  "Log and events of QNAP Container Stations, read through the station's API. See " +
    'docs/collectors.md.',
  stationProblem,
)

/** What is wrong with the settings of a Container Station's collector, taken together. */
export function stationProblem(settings: {
  readonly password?: string | undefined
  readonly passwordFile?: string | undefined
  readonly passwordVariable?: string | undefined
}): string | undefined {
  const { password, passwordFile, passwordVariable } = settings
  const places = [password, passwordFile, passwordVariable].filter((place) => place !== undefined)
  if (places.length === 1) return undefined
  return 'expected one of password, passwordFile and passwordVariable'
}
