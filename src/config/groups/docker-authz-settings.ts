import { listOf, optional, required, withDefault } from '../table/setting.ts'
import { SettingsError } from '../table/settings-error.ts'
import { path, plainName, wholeNumber, yesOrNo } from '../table/value-kind.ts'

const NAME_LENGTH_MAX = 64
const TENANT_LENGTH_MAX = 128
/** Default of `recordMsMax`: a thousand times what a journal needs. */
const RECORD_MS_MAX = 2_000
/** Less would deny requests on a disk that is merely busy. */
const RECORD_MS_MAX_LEAST = 500
/** More would hold up Docker's clients for longer than they are patient. */
const RECORD_MS_MAX_MOST = 10_000

/** `sources.dockerAuthz`: Docker daemons that tell who asked them for what. */
export const DOCKER_AUTHZ = listOf(
  {
    name: required(
      plainName(NAME_LENGTH_MAX),
      'Name of the host, for `source.name` of its events.',
    ),
    socket: required(
      path('FILE'),
      'Unix socket that Waybill listens on for the daemon: `/run/docker/plugins/waybill.sock`.',
    ),
    engine: optional(
      plainName(NAME_LENGTH_MAX),
      'names that were given before Waybill started stay unknown',
      'Name of the same daemon in `sources.engine`. It is asked which container a name means.',
    ),
    tenant: optional(plainName(TENANT_LENGTH_MAX), '`defaultTenant`', 'Tenant of its events.'),
    recordBeforeAllow: withDefault<boolean>(
      yesOrNo,
      true,
      'Allow a request that changes something only once the ledger has it, and deny it ' +
        'otherwise. With `false` every request is allowed, and a crash can lose the latest ones.',
    ),
    recordMsMax: withDefault<number>(
      wholeNumber(RECORD_MS_MAX_LEAST, RECORD_MS_MAX_MOST),
      RECORD_MS_MAX,
      'Longest wait for the ledger with `recordBeforeAllow`, in milliseconds. A request that ' +
        'waited so long is denied.',
    ),
  },
  'Docker daemons that have Waybill as an authorization plugin and so tell who asked them for ' +
    'what. While Waybill is down they refuse every request. See docs/sources/docker-authz.md.',
)

/**
 * The engine that the settings of a plugin name.
 *
 * @throws SettingsError when there is none of that name.
 */
export function namedEngine<Engine extends { readonly name: string }>(
  plugin: { readonly name: string; readonly engine?: string | undefined },
  engines: readonly Engine[],
): Engine | undefined {
  if (plugin.engine === undefined) return undefined
  const found = engines.find(({ name }) => name === plugin.engine)
  if (found !== undefined) return found
  throw new SettingsError([
    `sources.dockerAuthz: ${plugin.name} names the engine ${plugin.engine}, ` +
      'which sources.engine does not have',
  ])
}
