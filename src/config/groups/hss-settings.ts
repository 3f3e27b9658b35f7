import { optional, withDefault } from '../table/setting.ts'
import { plainName, yesOrNo } from '../table/value-kind.ts'

const REGION_LENGTH_MAX = 64

/** `dialects.hss`: what an installation can choose about Huawei's API. */
export const HSS_SETTINGS = {
  region: optional<string>(
    plainName(REGION_LENGTH_MAX),
    "a project has its tenant's name",
    'Region that clients name, such as `cn-north-4`. Huawei names projects so: it means the own ' +
      'project of whoever asks.',
  ),
  lockAccessKeys: withDefault<boolean>(
    yesOrNo,
    false,
    'Lock an access key for five minutes after more than five wrong signatures in a row, as ' +
      'Huawei does. Whoever knows the key, which is no secret, can then lock its owner out.',
  ),
}
