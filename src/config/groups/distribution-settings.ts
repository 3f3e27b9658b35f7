import { withDefault } from '../table/setting.ts'
import { plainText, several, yesOrNo } from '../table/value-kind.ts'

const PREFIX_LENGTH_MAX = 128

const prefixes = several(plainText('PREFIX', PREFIX_LENGTH_MAX))

/** `sources.distribution`: how notifications of registries are read. */
export const DISTRIBUTION = {
  blobEvents: withDefault(
    yesOrNo,
    false,
    'Keep the pushes and pulls of single layers that a registry reports, in addition to those of ' +
      'images.',
  ),
  robotNamePrefixes: withDefault(
    prefixes,
    ['robot$'],
    'What the names of robot accounts begin with, such as `robot-` for a Harbor with that ' +
      '`robot_name_prefix`. A list replaces the default. Of all prefixes of a name the longest ' +
      'decides; a name with none is a robot if it has the form `namespace+name`, without `@`.',
  ),
  serviceNamePrefixes: withDefault(
    prefixes,
    ['system:serviceaccount:'],
    'What the names of service accounts begin with. A list replaces the default.',
  ),
  userNamePrefixes: withDefault(
    prefixes,
    [],
    'What the names of users begin with that would be taken for robots or services otherwise.',
  ),
} as const
