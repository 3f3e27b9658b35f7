import { secret } from '../../../config/table/secret.ts'
import { required, withDefault } from '../../../config/table/setting.ts'
import { oneOf, plainText, utcOffset } from '../../../config/table/value-kind.ts'
import { defineCollector } from '../../collecting/define-collector.ts'
import { STATION_SOURCE_KIND } from '../source.ts'

const USERNAME_LENGTH_MAX = 255

/** Where the API of the versions of Container Station begins, newest first. */
const API_PATHS = ['container-station/api/v1', 'containerstation/api/v1', 'api/v1'] as const

/** The collector of QNAP Container Stations. */
export const COLLECTOR = defineCollector({
  kind: STATION_SOURCE_KIND,
  product: 'Container Station',
  reads: 'the log and events of a Container Station',
  rows: {
    username: required(
      plainText('NAME', USERNAME_LENGTH_MAX),
      'User that signs in, without 2-step verification, which the API does not have.',
    ),
    password: secret({
      isRequired: true,
      form: 'line',
      what: 'password of that user',
      fileNote: 'It is read at every sign-in.',
      variable: 'STATION_PASSWORD',
      fileOption: 'password-file',
    }),
    apiPath: withDefault(
      oneOf('PATH', API_PATHS),
      API_PATHS[0],
      `Where the API begins; in old versions ${API_PATHS.slice(1).join(' or ')}.`,
    ),
    timezoneOffset: withDefault<number>(
      utcOffset,
      'Z',
      "Zone of the station's clock: its log states local time as if it were UTC.",
    ),
  },
  async open(options) {
    const { createStationCollector } = await import('./collector.ts')
    return createStationCollector(options)
  },
  examples: [
    {
      line:
        'waybill collect container-station --url http://nas:8080 --username admin ' +
        '--password-file pw',
      does: 'everything, as far as it is now',
    },
    {
      line:
        'STATION_PASSWORD=… waybill collect container-station --url http://nas:8080 ' +
        '--username admin -f',
      does: 'everything, until Ctrl-C',
    },
  ],
})
