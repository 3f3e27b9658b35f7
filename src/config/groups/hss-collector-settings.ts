import { listOf, optional, required } from '../table/setting.ts'
import { calendarDay, environmentName, path, plainText, secretText } from '../table/value-kind.ts'
import { EVERY_COLLECTOR } from './collector-settings.ts'

const PROJECT_ID_LENGTH_MAX = 256
const ACCESS_KEY_LENGTH_MAX = 128

/** `collectors.hss`: projects whose image operations are read. */
export const HSS_COLLECTORS = listOf(
  {
    ...EVERY_COLLECTOR,
    projectId: required(
      plainText('ID', PROJECT_ID_LENGTH_MAX),
      'The project to read, in the region of `url`.',
    ),
    accessKey: optional(
      plainText('KEY', ACCESS_KEY_LENGTH_MAX),
      'a token is used',
      'Access key (AK) that requests are signed with.',
    ),
    secretKey: optional(
      secretText,
      '`secretKeyFile` or `secretKeyVariable`',
      'Secret key (SK) to `accessKey`. A file of its own is the better place for it.',
    ),
    secretKeyFile: optional(
      path('FILE'),
      '`secretKey` or `secretKeyVariable`',
      'File that holds the secret key. It is read again when a signature is refused.',
    ),
    secretKeyVariable: optional(
      environmentName,
      '`secretKey` or `secretKeyFile`',
      'Environment variable that holds the secret key.',
    ),
    tokenFile: optional(
      path('FILE'),
      'requests are signed',
      'File that holds a token of IAM, instead of an access key. It is read for each request: ' +
        'replace it before the token ends, after a day.',
    ),
    since: optional(
      calendarDay,
      '30 days before the first reading',
      'First day to read (UTC), when nothing was read yet.',
    ),
  },
  'Container image operation logs of Huawei Cloud HSS, read through its API. See ' +
    'docs/collectors.md.',
  hssProblem,
)

/** What is wrong with the settings of an HSS collector, taken together. */
export function hssProblem(settings: {
  readonly url: string
  readonly accessKey?: string | undefined
  readonly secretKey?: string | undefined
  readonly secretKeyFile?: string | undefined
  readonly secretKeyVariable?: string | undefined
  readonly tokenFile?: string | undefined
}): string | undefined {
  const { url, accessKey, secretKey, secretKeyFile, secretKeyVariable, tokenFile } = settings
  const { username, password } = new URL(url)
  if (username !== '' || password !== '') return 'expected a url without a user and a password'
  if ((accessKey === undefined) === (tokenFile === undefined)) {
    return 'expected one of accessKey and tokenFile'
  }
  const places = [secretKey, secretKeyFile, secretKeyVariable].filter((one) => one !== undefined)
  if (places.length === (accessKey === undefined ? 0 : 1)) return undefined
  return accessKey === undefined
    ? 'a secret key needs its accessKey'
    : 'expected one of secretKey, secretKeyFile and secretKeyVariable'
}
