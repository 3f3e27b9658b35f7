import { secret } from '../../../config/table/secret.ts'
import { asOption, optional, required } from '../../../config/table/setting.ts'
import { plainText } from '../../../config/table/value-kind.ts'
import { SINCE } from '../../collecting/collector-settings.ts'
import { defineCollector } from '../../collecting/define-collector.ts'
import { HSS_SOURCE_KIND } from '../source.ts'

const PROJECT_ID_LENGTH_MAX = 256
const ACCESS_KEY_LENGTH_MAX = 128

/** The collector of projects of Huawei Cloud HSS. Its variables are those of Huawei's SDKs. */
export const COLLECTOR = defineCollector({
  kind: HSS_SOURCE_KIND,
  product: 'HSS',
  reads: 'the image operation log of a Huawei Cloud HSS project',
  rows: {
    projectId: required(
      plainText('ID', PROJECT_ID_LENGTH_MAX),
      'The project to read, in the region of `url`.',
    ),
    accessKey: asOption(
      optional(
        plainText('KEY', ACCESS_KEY_LENGTH_MAX),
        'a token is used',
        'Access key (AK) that requests are signed with.',
      ),
      { variable: 'HUAWEICLOUD_SDK_AK', unless: 'tokenFile' },
    ),
    secretKey: secret({
      isRequired: false,
      form: 'word',
      what: 'secret key (SK) of the access key',
      fileNote: 'It is read again when a signature is refused.',
      goesWith: 'accessKey',
      variable: 'HUAWEICLOUD_SDK_SK',
      fileOption: 'secret-key-file',
    }),
    token: secret({
      isRequired: false,
      form: 'word',
      what: 'IAM token that is used instead of an access key',
      fileNote: 'It is read for each request: replace it before the token expires, after a day.',
      fileOnly: 'requests are signed',
      fileOption: 'auth-token-file',
    }),
    since: SINCE,
  },
  check: ({ accessKey, token }) =>
    (accessKey === undefined) === (token === undefined)
      ? 'expected one of accessKey and tokenFile'
      : undefined,
  async open(options) {
    const { createHssCollector } = await import('./collector.ts')
    return createHssCollector(options)
  },
  examples: [
    {
      line: 'HUAWEICLOUD_SDK_AK=… waybill collect hss --url https://hss.example --project-id P',
      does: 'the last 30 days',
    },
    {
      line: 'waybill collect hss --url https://hss.example --project-id P --auth-token-file F -f',
      does: 'everything, until Ctrl-C',
    },
  ],
})
