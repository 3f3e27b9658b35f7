import { withDefault } from '../table/setting.ts'
import { plainText, several, yesOrNo } from '../table/value-kind.ts'

const PREFIX_LENGTH_MAX = 128

const prefixes = several(plainText('PREFIX', PREFIX_LENGTH_MAX))

/** `sources.distribution`: how registry notifications are read. */
export const DISTRIBUTION = {
  blobEvents: withDefault(
    yesOrNo,
    false,
    'Keep pushes and pulls of single layers, in addition to those of images.',
  ),
  robotNamePrefixes: withDefault(
    prefixes,
    ['robot$'],
    'Prefixes of robot account names, such as `robot-` for a Harbor with that ' +
      '`robot_name_prefix`. A list replaces the default. The longest matching prefix of all ' +
      'three lists wins; a name without one is a robot if it has the form `namespace+name`, ' +
      'without `@`.',
  ),
  serviceNamePrefixes: withDefault(
    prefixes,
    ['system:serviceaccount:'],
    'Prefixes of service account names. A list replaces the default.',
  ),
  userNamePrefixes: withDefault(
    prefixes,
    [],
    'Prefixes of user names that would otherwise be taken for robots or services.',
  ),
} as const
