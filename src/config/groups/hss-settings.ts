import { optional, withDefault } from '../table/setting.ts'
import { plainName, yesOrNo } from '../table/value-kind.ts'

const REGION_LENGTH_MAX = 64

/** `dialects.hss`: settings of Huawei's API. */
export const HSS_SETTINGS = {
  region: optional<string>(
    plainName(REGION_LENGTH_MAX),
    "a project has its tenant's name",
    'Region that clients name, such as `cn-north-4`. As on Huawei, it names a project: the ' +
      "caller's own.",
  ),
  lockAccessKeys: withDefault<boolean>(
    yesOrNo,
    false,
    'Lock an access key for five minutes after more than five wrong signatures in a row, as ' +
      'Huawei does. The key is not secret, so anyone who knows it can then lock out its owner.',
  ),
}
