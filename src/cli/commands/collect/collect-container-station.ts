import {
  STATION_API_PATHS,
  stationProblem,
} from '../../../config/groups/station-collector-settings.ts'
import type { Settings } from '../../../config/settings.ts'
import { httpUrl, oneOf, utcOffset } from '../../../config/table/value-kind.ts'
import { COLLECTING_OPTIONS, readCollecting, runCollector } from '../../client/collecting.ts'
import type { Call } from '../../command.ts'
import type { CommandIo } from '../../command-io.ts'
import { defineCommand } from '../../define-command.ts'
import type { Ending } from '../../exit-code.ts'
import { optionReader } from '../../options/option-reader.ts'

const PASSWORD_VARIABLE = 'STATION_PASSWORD'

const OLD_API_PATHS = STATION_API_PATHS.slice(1)

const { read, usage } = optionReader('collect container-station')

const OPTIONS = {
  url: { type: 'text', placeholder: 'URL', description: 'The NAS to read, with its port' },
  username: { type: 'text', placeholder: 'NAME', description: 'Who signs in there' },
  'password-file': {
    type: 'text',
    placeholder: 'FILE',
    description: `File whose first line is the password; else ${PASSWORD_VARIABLE}`,
  },
  'timezone-offset': {
    type: 'text',
    placeholder: '+HH:MM',
    description: "Zone of the station's clock, which its log tells the time by; UTC when left out",
  },
  'api-path': {
    type: 'text',
    placeholder: 'PATH',
    description: `Where the API begins; for old versions ${OLD_API_PATHS.join(' or ')}`,
  },
  name: {
    type: 'text',
    placeholder: 'NAME',
    description: 'Name of this station in its events; the host of its URL when left out',
  },
  ...COLLECTING_OPTIONS,
} as const

type StationCollectorSettings = Settings['collectors']['containerStation'][number]

/** `waybill collect container-station`: reads a station and sends what it says to the server. */
export const collectContainerStationCommand = defineCommand(
  {
    name: 'collect container-station',
    summary: 'Read the log and events of a Container Station into the ledger',
    description: `Reads a QNAP Container Station through its API from this machine, and sends
what it says to the server. The server keeps how far it is under the name of the station, so the
same command later goes on where the last one ended, also after it was interrupted. What is read
twice is stored once.

A server can do the same by itself: see collectors.containerStation in
docs/reference/configuration.md.`,
    options: OPTIONS,
    examples: [
      {
        line:
          'waybill collect container-station --url http://nas:8080 --username admin ' +
          '--password-file pw',
        does: 'everything, as far as it is now',
      },
      {
        line:
          `${PASSWORD_VARIABLE}=… waybill collect container-station --url http://nas:8080 ` +
          '--username admin -f',
        does: 'everything, until Ctrl-C',
      },
    ],
  },
  collectContainerStation,
)

async function collectContainerStation({
  options,
  io,
  parts,
}: Call<typeof OPTIONS>): Promise<Ending> {
  const collector = await parts.collectors.containerStation(readOptions(options, io))
  return runCollector({ collector, product: 'the station', options, io })
}

function readOptions(
  options: Call<typeof OPTIONS>['options'],
  io: CommandIo,
): StationCollectorSettings {
  if (options.url === undefined) throw usage('--url: expected the address of a NAS')
  if (!options.username) throw usage('--username: expected who signs in')
  const passwordFile = options['password-file']
  if (passwordFile === undefined && !io.env[PASSWORD_VARIABLE]) {
    throw usage(`there is no password: give --password-file or ${PASSWORD_VARIABLE}`)
  }
  const url = read('--url', options.url, httpUrl)
  const settings: StationCollectorSettings = {
    ...readCollecting(url, options, read),
    username: options.username,
    password: undefined,
    passwordFile,
    passwordVariable: passwordFile === undefined ? PASSWORD_VARIABLE : undefined,
    apiPath: read(
      '--api-path',
      options['api-path'] ?? STATION_API_PATHS[0],
      oneOf('PATH', STATION_API_PATHS),
    ),
    timezoneOffset: read('--timezone-offset', options['timezone-offset'] ?? 'Z', utcOffset),
  }
  const problem = stationProblem(settings)
  if (problem !== undefined) throw usage(problem)
  return settings
}
