import { listOf, optional, required } from '../table/setting.ts'
import { httpUrl, path, plainName } from '../table/value-kind.ts'

const NAME_LENGTH_MAX = 64
const TENANT_LENGTH_MAX = 128

/** `sources.engine`: container engines whose events are read. */
export const ENGINES = listOf(
  {
    name: required(
      plainName(NAME_LENGTH_MAX),
      'Name of the host, used as `source.name` of its events and for its position. After a ' +
        'change of the name, every event that the engine still has is read and stored again.',
    ),
    socket: optional(
      path('FILE'),
      '`url`',
      'Unix socket of the engine: `/var/run/docker.sock`, `/run/podman/podman.sock`.',
    ),
    url: optional(
      httpUrl,
      '`socket`',
      'Address of an engine that listens on the network. Plain `http:` gives anyone who can ' +
        'reach it control of the host: use `https:` with a client certificate.',
    ),
    certificateAuthorityFile: optional(
      path('FILE'),
      'the certificate authorities of the system',
      'Certificates in PEM. One of them must have signed the certificate of the engine.',
    ),
    certificateFile: optional(path('FILE'), 'none', "Waybill's own certificate, in PEM."),
    keyFile: optional(path('FILE'), 'none', 'The private key of `certificateFile`, in PEM.'),
    tenant: optional(plainName(TENANT_LENGTH_MAX), '`defaultTenant`', 'Tenant of its events.'),
  },
  'Container engines, Docker or Podman, whose events are read. See docs/sources/engine.md.',
  engineProblem,
)

/** Checks the settings of an engine against each other; returns the problem, if any. */
export function engineProblem(settings: {
  readonly socket?: string | undefined
  readonly url?: string | undefined
  readonly certificateAuthorityFile?: string | undefined
  readonly certificateFile?: string | undefined
  readonly keyFile?: string | undefined
}): string | undefined {
  const { socket, url, certificateAuthorityFile, certificateFile, keyFile } = settings
  if ((socket === undefined) === (url === undefined)) return 'expected either socket or url'
  const files = [certificateAuthorityFile, certificateFile, keyFile]
  const hasFiles = files.some((file) => file !== undefined)
  if (hasFiles && !url?.startsWith('https:')) return 'certificates need an https: url'
  return (certificateFile === undefined) === (keyFile === undefined)
    ? undefined
    : 'certificateFile and keyFile must be given together'
}
