import { tokenProblem } from '../../../config/groups/collector-settings.ts'
import {
  OPSERA_LOGS,
  OPSERA_LOGS_DEFAULT,
} from '../../../config/groups/opsera-collector-settings.ts'
import type { Settings } from '../../../config/settings.ts'
import { calendarDay, httpUrl, oneOf } from '../../../config/table/value-kind.ts'
import { COLLECTING_OPTIONS, readCollecting, runCollector } from '../../client/collecting.ts'
import type { Call } from '../../command.ts'
import type { CommandIo } from '../../command-io.ts'
import { defineCommand } from '../../define-command.ts'
import type { Ending } from '../../exit-code.ts'
import { optionReader } from '../../options/option-reader.ts'

const TOKEN_VARIABLE = 'OPSERA_TOKEN'

const { read, usage } = optionReader('collect opsera')

const OPTIONS = {
  url: { type: 'text', placeholder: 'URL', description: 'The Opsera to read' },
  'opsera-token-file': {
    type: 'text',
    placeholder: 'FILE',
    description: `File that holds the personal access token; else ${TOKEN_VARIABLE}`,
  },
  log: {
    type: 'texts',
    placeholder: 'LOG',
    description: `Read this log: ${OPSERA_LOGS.join(', ')}; may be repeated`,
  },
  since: {
    type: 'text',
    placeholder: 'YYYY-MM-DD',
    description: 'First day of a first run; 30 days ago when left out',
  },
  name: {
    type: 'text',
    placeholder: 'NAME',
    description: 'Name of this Opsera in its events; the host of its URL when left out',
  },
  ...COLLECTING_OPTIONS,
} as const

type OpseraCollectorSettings = Settings['collectors']['opsera'][number]

/** `waybill collect opsera`: reads an Opsera from here and sends what it says to the server. */
export const collectOpseraCommand = defineCommand(
  {
    name: 'collect opsera',
    summary: 'Read the activity logs of Opsera into the ledger',
    description: `Reads through Opsera's API from this machine, and sends the rows to the server.
Without --log these are ${OPSERA_LOGS_DEFAULT.join(', ')}. The server keeps how far it is
under the name of the Opsera, so the same command later goes on where the last one ended, also after
it was interrupted. What is read twice is stored once.

A server can do the same by itself: see collectors.opsera in docs/reference/configuration.md.`,
    options: OPTIONS,
    examples: [
      {
        line: 'OPSERA_TOKEN=… waybill collect opsera --url https://opsera.example -f',
        does: 'everything, until Ctrl-C',
      },
      {
        line: 'waybill collect opsera --url https://opsera.example --opsera-token-file pat',
        does: 'everything, as far as it is now',
      },
    ],
  },
  collectOpsera,
)

async function collectOpsera({ options, io, parts }: Call<typeof OPTIONS>): Promise<Ending> {
  const collector = await parts.collectors.opsera(readOptions(options, io))
  return runCollector({ collector, product: 'Opsera', options, io })
}

function readOptions(
  options: Call<typeof OPTIONS>['options'],
  io: CommandIo,
): OpseraCollectorSettings {
  if (options.url === undefined) throw usage('--url: expected the address of an Opsera')
  const tokenFile = options['opsera-token-file']
  if (tokenFile === undefined && !io.env[TOKEN_VARIABLE]) {
    throw usage(`there is no token: give --opsera-token-file or ${TOKEN_VARIABLE}`)
  }
  const url = read('--url', options.url, httpUrl)
  const settings: OpseraCollectorSettings = {
    ...readCollecting(url, options, read),
    token: undefined,
    tokenFile,
    tokenVariable: tokenFile === undefined ? TOKEN_VARIABLE : undefined,
    logs:
      options.log.length === 0
        ? OPSERA_LOGS_DEFAULT
        : options.log.map((log) => read('--log', log, oneOf('LOG', OPSERA_LOGS))),
    since: options.since === undefined ? undefined : read('--since', options.since, calendarDay),
  }
  const problem = tokenProblem(settings)
  if (problem !== undefined) throw usage(problem)
  return settings
}
