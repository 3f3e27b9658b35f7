import { listOf, optional, required, type Setting, withDefault } from '../table/setting.ts'
import {
  calendarDay,
  environmentName,
  httpUrl,
  path,
  plainName,
  plainText,
  secretText,
  several,
  wholeNumber,
  yesOrNo,
} from '../table/value-kind.ts'

const NAME_LENGTH_MAX = 64
const TENANT_LENGTH_MAX = 128
const NAMESPACE_LENGTH_MAX = 255
const REPOSITORY_LENGTH_MAX = 511
const EVERY_SECONDS = 300
const EVERY_SECONDS_MAX = 86_400

/** What every collector can be told, whatever it reads. */
export const EVERY_COLLECTOR = {
  name: required(
    plainName(NAME_LENGTH_MAX),
    'Name of what is read, for `source.name` of its events and for its position. Under another ' +
      'name everything would be read and stored again.',
  ),
  url: required(httpUrl, "Address of the vendor's server, without the path of its API."),
  everySeconds: withDefault<number>(
    wholeNumber(1, EVERY_SECONDS_MAX),
    EVERY_SECONDS,
    'Pause between two readings, in seconds. After a failure it grows, up to an hour.',
  ),
  tenant: optional(plainName(TENANT_LENGTH_MAX), '`defaultTenant`', 'Tenant of its events.'),
}

/** Where a collector's token is, besides in the configuration itself. */
export const COLLECTOR_TOKEN = {
  token: optional(
    secretText,
    '`tokenFile` or `tokenVariable`',
    'Token to read with. A file of its own is the better place for it.',
  ),
  tokenFile: optional(
    path('FILE'),
    '`token` or `tokenVariable`',
    'File that holds the token. It is read again when the token is refused.',
  ),
  tokenVariable: optional(
    environmentName,
    '`token` or `tokenFile`',
    'Environment variable that holds the token.',
  ),
}

/** `collectors.quay`: registries whose usage logs are read. */
export const QUAY_COLLECTORS = listOf(
  {
    ...EVERY_COLLECTOR,
    ...COLLECTOR_TOKEN,
    organizations: names('organization', NAMESPACE_LENGTH_MAX, 'Organizations to read, by name.'),
    user: withDefault<boolean>(yesOrNo, false, 'Read the log of the user whose token it is.'),
    repositories: names(
      'namespace/repository',
      REPOSITORY_LENGTH_MAX,
      'Single repositories to read; none of an organization that is read whole.',
    ),
    superuser: withDefault<boolean>(
      yesOrNo,
      false,
      "Read everything, with a superuser's token. Nothing else can be named beside it.",
    ),
    since: optional(
      calendarDay,
      '30 days before the first reading',
      'First day to read (UTC), when nothing was read yet.',
    ),
  },
  "Usage logs of Quay registries, read through Quay's API. See docs/collectors.md.",
  quayProblem,
)

/** Where a collector reads, and with what. */
interface TokenSettings {
  readonly url: string
  readonly token?: string | undefined
  readonly tokenFile?: string | undefined
  readonly tokenVariable?: string | undefined
}

/** What is wrong with the settings of a collector that has a token, taken together. */
export function tokenProblem(settings: TokenSettings): string | undefined {
  const { token, tokenFile, tokenVariable } = settings
  const tokens = [token, tokenFile, tokenVariable].filter((given) => given !== undefined)
  const { username, password } = new URL(settings.url)
  if (username !== '' || password !== '') return 'expected a url without a user and a password'
  return tokens.length === 1 ? undefined : 'expected one of token, tokenFile and tokenVariable'
}

interface QuaySettings extends TokenSettings {
  readonly organizations: readonly string[]
  readonly user: boolean
  readonly repositories: readonly string[]
  readonly superuser: boolean
}

/** What is wrong with the settings of a Quay collector, taken together. */
export function quayProblem(settings: QuaySettings): string | undefined {
  const { organizations, user, repositories, superuser } = settings
  const problem = tokenProblem(settings)
  if (problem !== undefined) return problem
  const others = organizations.length + repositories.length + (user ? 1 : 0)
  if (superuser) {
    return others === 0 ? undefined : 'superuser reads everything: nothing else can be named'
  }
  if (others === 0) return 'expected one of organizations, user, repositories and superuser'
  const twice = repositories.find((path) => organizations.includes(path.split('/')[0] ?? ''))
  if (twice !== undefined) return `${twice} is read with its organization already`
  const bare = repositories.find((path) => !/^[^/]+\/[^/].*$/.test(path))
  return bare === undefined ? undefined : `${bare}: expected NAMESPACE/REPOSITORY`
}

function names(
  placeholder: string,
  lengthMax: number,
  description: string,
): Setting<readonly string[]> {
  return withDefault(several(plainText(placeholder, lengthMax)), [], description)
}
