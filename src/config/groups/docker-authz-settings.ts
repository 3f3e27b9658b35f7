import { listOf, optional, required, withDefault } from '../table/setting.ts'
import { SettingsError } from '../table/settings-error.ts'
import { path, plainName, wholeNumber, yesOrNo } from '../table/value-kind.ts'

const NAME_LENGTH_MAX = 64
const TENANT_LENGTH_MAX = 128
/** Default of `recordMsMax`: a thousand times what a journal write takes. */
const RECORD_MS_MAX = 2_000
/** A lower limit would deny requests on a disk that is merely busy. */
const RECORD_MS_MAX_LEAST = 500
/** A higher limit would exceed the time-outs of Docker's clients. */
const RECORD_MS_MAX_MOST = 10_000

/** `sources.dockerAuthz`: Docker daemons that report who requested what. */
export const DOCKER_AUTHZ = listOf(
  {
    name: required(
      plainName(NAME_LENGTH_MAX),
      'Name of the host, used as `source.name` of its events.',
    ),
    socket: required(
      path('FILE'),
      'Unix socket that Waybill listens on for the daemon: `/run/docker/plugins/waybill.sock`.',
    ),
    engine: optional(
      plainName(NAME_LENGTH_MAX),
      'names from before the start of Waybill stay unresolved',
      'Name of the same daemon in `sources.engine`. Waybill queries it to resolve container names.',
    ),
    tenant: optional(plainName(TENANT_LENGTH_MAX), '`defaultTenant`', 'Tenant of its events.'),
    recordBeforeAllow: withDefault<boolean>(
      yesOrNo,
      true,
      'Allow a changing request only once the ledger has recorded it, and deny it otherwise. ' +
        'With `false` every request is allowed, and a crash can lose the latest records.',
    ),
    recordMsMax: withDefault<number>(
      wholeNumber(RECORD_MS_MAX_LEAST, RECORD_MS_MAX_MOST),
      RECORD_MS_MAX,
      'Longest wait for the ledger with `recordBeforeAllow`, in milliseconds. After it the ' +
        'request is denied.',
    ),
  },
  'Docker daemons that use Waybill as an authorization plugin, which shows who requested what. ' +
    'While Waybill is down they reject every request. See docs/sources/docker-authz.md.',
)

/**
 * The engine that a plugin's settings name.
 *
 * @throws SettingsError when there is no engine of that name.
 */
export function namedEngine<Engine extends { readonly name: string }>(
  plugin: { readonly name: string; readonly engine?: string | undefined },
  engines: readonly Engine[],
): Engine | undefined {
  if (plugin.engine === undefined) return undefined
  const found = engines.find(({ name }) => name === plugin.engine)
  if (found !== undefined) return found
  throw new SettingsError([
    `sources.dockerAuthz: ${plugin.name} uses the engine ${plugin.engine}, ` +
      'which is not in sources.engine',
  ])
}
