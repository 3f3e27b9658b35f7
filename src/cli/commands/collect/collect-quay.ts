import { quayProblem } from '../../../config/groups/collector-settings.ts'
import type { Settings } from '../../../config/settings.ts'
import { calendarDay, httpUrl } from '../../../config/table/value-kind.ts'
import { COLLECTING_OPTIONS, readCollecting, runCollector } from '../../client/collecting.ts'
import type { Call } from '../../command.ts'
import type { CommandIo } from '../../command-io.ts'
import { defineCommand } from '../../define-command.ts'
import type { Ending } from '../../exit-code.ts'
import { optionReader } from '../../options/option-reader.ts'

const TOKEN_VARIABLE = 'QUAY_TOKEN'

const { read, usage } = optionReader('collect quay')

const OPTIONS = {
  url: { type: 'text', placeholder: 'URL', description: 'The Quay to read' },
  'quay-token': {
    type: 'text',
    placeholder: 'TOKEN',
    description: `OAuth token of that Quay; else --quay-token-file, else ${TOKEN_VARIABLE}`,
  },
  'quay-token-file': {
    type: 'text',
    placeholder: 'FILE',
    description: 'File that holds the OAuth token',
  },
  organization: {
    type: 'texts',
    placeholder: 'NAME',
    description: 'Read this organization; may be repeated',
  },
  user: { type: 'switch', description: 'Read the log of the user whose token it is' },
  repository: {
    type: 'texts',
    placeholder: 'NAMESPACE/NAME',
    description: 'Read this repository; may be repeated',
  },
  superuser: { type: 'switch', description: "Read everything, with a superuser's token" },
  since: {
    type: 'text',
    placeholder: 'YYYY-MM-DD',
    description: 'First day of a first run; 30 days ago when left out',
  },
  name: {
    type: 'text',
    placeholder: 'NAME',
    description: 'Name of this Quay in its events; the host of its URL when left out',
  },
  ...COLLECTING_OPTIONS,
} as const

type QuayCollectorSettings = Settings['collectors']['quay'][number]

/** `waybill collect quay`: reads a Quay from here and sends what it says to the server. */
export const collectQuayCommand = defineCommand(
  {
    name: 'collect quay',
    summary: 'Read the usage logs of a Quay into the ledger',
    description: `Reads through Quay's API from this machine, and sends the entries to the server.
The server keeps how far it is under the name of the Quay, so the same command later goes on where
the last one ended, also after it was interrupted. What is read twice is stored once.

A server can do the same by itself: see collectors.quay in docs/reference/configuration.md.`,
    options: OPTIONS,
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
  },
  collectQuay,
)

async function collectQuay({ options, io, parts }: Call<typeof OPTIONS>): Promise<Ending> {
  const collector = await parts.collectors.quay(readOptions(options, io))
  return runCollector({ collector, product: 'Quay', options, io })
}

function readOptions(
  options: Call<typeof OPTIONS>['options'],
  io: CommandIo,
): QuayCollectorSettings {
  if (options.url === undefined) throw usage('--url: expected the address of a Quay')
  const url = read('--url', options.url, httpUrl)
  const given = { token: options['quay-token'], tokenFile: options['quay-token-file'] }
  const isGiven = given.token !== undefined || given.tokenFile !== undefined
  if (!isGiven && !io.env[TOKEN_VARIABLE]) {
    throw usage(`there is no token: give --quay-token-file or ${TOKEN_VARIABLE}`)
  }
  const settings: QuayCollectorSettings = {
    ...readCollecting(url, options, read),
    ...given,
    tokenVariable: isGiven ? undefined : TOKEN_VARIABLE,
    organizations: options.organization,
    user: options.user,
    repositories: options.repository,
    superuser: options.superuser,
    since: options.since === undefined ? undefined : read('--since', options.since, calendarDay),
  }
  const problem = quayProblem(settings)
  if (problem !== undefined) throw usage(problem)
  return settings
}
