import { listOf, optional, required } from '../table/setting.ts'
import { httpUrl, path, plainName } from '../table/value-kind.ts'

const NAME_LENGTH_MAX = 64
const TENANT_LENGTH_MAX = 128

/** `sources.engine`: container engines whose events are read. */
export const ENGINES = listOf(
  {
    name: required(
      plainName(NAME_LENGTH_MAX),
      'Name of the host, for `source.name` of its events and for its position. Under another ' +
        'name everything that the engine still has would be read and stored again.',
    ),
    socket: optional(
      path('FILE'),
      '`url`',
      'Unix socket of the engine: `/var/run/docker.sock`, `/run/podman/podman.sock`.',
    ),
    url: optional(
      httpUrl,
      '`socket`',
      'Address of an engine that listens on the network. Whoever reaches it over plain `http:` ' +
        'rules the host: use `https:` with a certificate of your own.',
    ),
    certificateAuthorityFile: optional(
      path('FILE'),
      "the system's authorities",
      'Certificates, in PEM, of which one has to vouch for the engine.',
    ),
    certificateFile: optional(path('FILE'), 'none', "Waybill's own certificate, in PEM."),
    keyFile: optional(path('FILE'), 'none', 'The private key of `certificateFile`, in PEM.'),
    tenant: optional(plainName(TENANT_LENGTH_MAX), '`defaultTenant`', 'Tenant of its events.'),
  },
  'Container engines, Docker or Podman, whose events are read. See docs/sources/engine.md.',
  engineProblem,
)

/** What is wrong with the settings of an engine, taken together. */
export function engineProblem(settings: {
  readonly socket?: string | undefined
  readonly url?: string | undefined
  readonly certificateAuthorityFile?: string | undefined
  readonly certificateFile?: string | undefined
  readonly keyFile?: string | undefined
}): string | undefined {
  const { socket, url, certificateAuthorityFile, certificateFile, keyFile } = settings
  if ((socket === undefined) === (url === undefined)) return 'expected one of socket and url'
  const files = [certificateAuthorityFile, certificateFile, keyFile]
  const hasFiles = files.some((file) => file !== undefined)
  if (hasFiles && !url?.startsWith('https:')) return 'certificates are for an https: url'
  return (certificateFile === undefined) === (keyFile === undefined)
    ? undefined
    : 'certificateFile and keyFile go together'
}
