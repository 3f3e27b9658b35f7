import { hssProblem } from '../../../config/groups/hss-collector-settings.ts'
import type { Settings } from '../../../config/settings.ts'
import { calendarDay, httpUrl } from '../../../config/table/value-kind.ts'
import { COLLECTING_OPTIONS, readCollecting, runCollector } from '../../client/collecting.ts'
import type { Call } from '../../command.ts'
import type { CommandIo } from '../../command-io.ts'
import { defineCommand } from '../../define-command.ts'
import type { Ending } from '../../exit-code.ts'
import { optionReader } from '../../options/option-reader.ts'

/** The variables that the vendor's own clients read. */
const ACCESS_KEY_VARIABLE = 'HUAWEICLOUD_SDK_AK'
const SECRET_KEY_VARIABLE = 'HUAWEICLOUD_SDK_SK'

const { read, usage } = optionReader('collect hss')

const OPTIONS = {
  url: { type: 'text', placeholder: 'URL', description: 'HSS of the region to read' },
  'project-id': { type: 'text', placeholder: 'ID', description: 'The project to read' },
  'access-key': {
    type: 'text',
    placeholder: 'KEY',
    description: `Access key (AK) to sign with; else ${ACCESS_KEY_VARIABLE}`,
  },
  'secret-key-file': {
    type: 'text',
    placeholder: 'FILE',
    description: `File that holds the secret key (SK); else ${SECRET_KEY_VARIABLE}`,
  },
  'auth-token-file': {
    type: 'text',
    placeholder: 'FILE',
    description: 'File that holds a token of IAM, instead of an access key',
  },
  since: {
    type: 'text',
    placeholder: 'YYYY-MM-DD',
    description: 'First day of a first run; 30 days ago when left out',
  },
  name: {
    type: 'text',
    placeholder: 'NAME',
    description: 'Name of this HSS in its events; the host of its URL when left out',
  },
  ...COLLECTING_OPTIONS,
} as const

type HssCollectorSettings = Settings['collectors']['hss'][number]
type Options = Call<typeof OPTIONS>['options']

/** `waybill collect hss`: reads a project of HSS from here and sends what it says to the server. */
export const collectHssCommand = defineCommand(
  {
    name: 'collect hss',
    summary: 'Read the image operations of a Huawei Cloud HSS into the ledger',
    description: `Reads through the API of HSS from this machine, and sends the rows to the server.
The server keeps how far it is under the name of the HSS, so the same command later goes on where
the last one ended, also after it was interrupted. What is read twice is stored once.

A server can do the same by itself: see collectors.hss in docs/reference/configuration.md.`,
    options: OPTIONS,
    examples: [
      {
        line: 'HUAWEICLOUD_SDK_AK=… waybill collect hss --url https://hss.example --project-id P',
        does: 'the last 30 days',
      },
      {
        line: 'waybill collect hss --url https://hss.example --project-id P --auth-token-file F -f',
        does: 'everything, until Ctrl-C',
      },
    ],
  },
  collectHss,
)

async function collectHss({ options, io, parts }: Call<typeof OPTIONS>): Promise<Ending> {
  const collector = await parts.collectors.hss(readOptions(options, io))
  return runCollector({ collector, product: 'HSS', options, io })
}

function readOptions(options: Options, io: CommandIo): HssCollectorSettings {
  if (options.url === undefined) throw usage('--url: expected the address of an HSS')
  const url = read('--url', options.url, httpUrl)
  if (!options['project-id']) throw usage('--project-id: expected the id of a project')
  const settings: HssCollectorSettings = {
    ...readCollecting(url, options, read),
    projectId: options['project-id'],
    ...credentialsOf(options, io),
    since: options.since === undefined ? undefined : read('--since', options.since, calendarDay),
  }
  const problem = hssProblem(settings)
  if (problem !== undefined) throw usage(problem)
  return settings
}

function credentialsOf(options: Options, io: CommandIo) {
  const tokenFile = options['auth-token-file']
  const secretKeyFile = options['secret-key-file']
  const isSigned = tokenFile === undefined || options['access-key'] !== undefined
  const accessKey = isSigned
    ? (options['access-key'] ?? io.env[ACCESS_KEY_VARIABLE]) || undefined
    : undefined
  if (isSigned && accessKey === undefined) {
    throw usage(`there is no access key: give --access-key or ${ACCESS_KEY_VARIABLE}`)
  }
  if (isSigned && secretKeyFile === undefined && !io.env[SECRET_KEY_VARIABLE]) {
    throw usage(`there is no secret key: give --secret-key-file or ${SECRET_KEY_VARIABLE}`)
  }
  const isInVariable = isSigned && secretKeyFile === undefined
  return {
    accessKey,
    secretKey: undefined,
    secretKeyFile,
    secretKeyVariable: isInVariable ? SECRET_KEY_VARIABLE : undefined,
    tokenFile,
  }
}
