import { secret } from '../../../config/table/secret.ts'
import { asOption, type Setting, withDefault } from '../../../config/table/setting.ts'
import { plainText, several, yesOrNo } from '../../../config/table/value-kind.ts'
import { SINCE } from '../../collecting/collector-settings.ts'
import { defineCollector } from '../../collecting/define-collector.ts'
import { QUAY_SOURCE_KIND } from '../source.ts'

const NAMESPACE_LENGTH_MAX = 255
const REPOSITORY_LENGTH_MAX = 511

/** The collector of Quay registries. */
export const COLLECTOR = defineCollector({
  kind: QUAY_SOURCE_KIND,
  product: 'Quay',
  reads: 'the usage logs of a Quay',
  rows: {
    token: secret({
      isRequired: true,
      form: 'word',
      what: 'OAuth token of that Quay',
      fileNote: 'It is read again when the token is refused.',
      variable: 'QUAY_TOKEN',
      fileOption: 'quay-token-file',
      valueOption: 'quay-token',
    }),
    organizations: names('organization', 'Organizations to read, by name.', {
      placeholder: 'NAME',
      lengthMax: NAMESPACE_LENGTH_MAX,
    }),
    user: withDefault<boolean>(yesOrNo, false, 'Read the log of the user whose token it is.'),
    repositories: names(
      'repository',
      'Single repositories to read; none of an organization that is read whole.',
      { placeholder: 'NAMESPACE/NAME', lengthMax: REPOSITORY_LENGTH_MAX },
    ),
    superuser: withDefault<boolean>(
      yesOrNo,
      false,
      "Read everything, with a superuser's token. Nothing else can be named then.",
    ),
    since: SINCE,
  },
  check: logsProblem,
  async open(options) {
    const { createQuayCollector } = await import('./collector.ts')
    return createQuayCollector(options)
  },
  examples: [
    {
      line: 'QUAY_TOKEN=… waybill collect quay --url https://quay.example --organization acme',
      does: 'one organization, as far as it is now',
    },
    {
      line: 'waybill collect quay --url https://quay.example.com --superuser --follow',
      does: 'everything, until Ctrl-C',
    },
  ],
})

function names(
  option: string,
  description: string,
  each: { readonly placeholder: string; readonly lengthMax: number },
): Setting<readonly string[]> {
  const kind = several(plainText(each.placeholder, each.lengthMax))
  return asOption(withDefault(kind, [], description), { name: option })
}

/** Which logs are read: at least one, and none twice. */
function logsProblem({
  organizations,
  user,
  repositories,
  superuser,
}: {
  readonly organizations: readonly string[]
  readonly user: boolean
  readonly repositories: readonly string[]
  readonly superuser: boolean
}): string | undefined {
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
