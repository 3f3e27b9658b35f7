import type { Server } from 'node:http'
import { DOCKER_AUTHZ_KIND } from '../../core/container-engine.ts'
import type { CalledSource, CallIntake, Listening } from '../called-source.ts'
import { CallGate } from './calls/call-gate.ts'
import { CallReader } from './calls/call-reader.ts'
import type { EngineDirectory } from './names/engine-directory.ts'
import { createPluginServer } from './plugin-server.ts'
import type { DockerAuthzSettings } from './settings.ts'
import { listenOn } from './socket.ts'

/** How often a stop closes idle connections, in milliseconds. */
const SWEEP_MS = 20
/** How long a stop waits for arriving calls, in milliseconds. */
const STOP_MS_MAX = 2_000
/** How long a stop waits for requests being recorded before it denies them, in milliseconds. */
const STOP_RECORDING_MS_MAX = 1_000

/**
 * Records who asked a Docker daemon for what. Waybill acts as an authorization plugin that allows
 * every request it could record. See docs/sources/docker-authz.md.
 *
 * @param engine the same daemon, to query for the meaning of names.
 */
export function dockerAuthzSource(
  settings: DockerAuthzSettings,
  engine: EngineDirectory | undefined,
): CalledSource {
  return {
    kind: DOCKER_AUTHZ_KIND,
    name: settings.name,
    tenant: settings.tenant,
    listen: () => listen(settings, engine),
  }
}

async function listen(
  settings: DockerAuthzSettings,
  engine: EngineDirectory | undefined,
): Promise<Listening> {
  let begin: (intake: CallIntake) => void = () => undefined
  const begun = new Promise<CallIntake>((resolve) => {
    begin = resolve
  })
  const reader = new CallReader(engine, begun)
  const gate = settings.recordBeforeAllow ? new CallGate(settings, reader, begun) : undefined
  const server = createPluginServer({
    hear: (call) => reader.hear(call),
    admit: gate && ((call) => gate.admit(call)),
  })
  // Waybill's HTTP server keeps the process alive; a failed start must let it end.
  server.unref().on('connection', (connection) => connection.unref())
  await listenOn(server, settings.socket)
  // For example, too many open files: Docker repeats the call.
  server.on('error', (error) => {
    void begun.then(({ trouble }) => trouble(error, 'plugin socket failed'))
  })
  return {
    begin(intake) {
      begin(intake)
      reader.begin()
    },
    async close() {
      const patience = setTimeout(() => gate?.stop(), STOP_RECORDING_MS_MAX)
      await closeServer(server)
      clearTimeout(patience)
      await reader.settled()
    },
  }
}

async function closeServer(server: Server): Promise<void> {
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
  const cutOff = setTimeout(() => server.closeAllConnections(), STOP_MS_MAX)
  await new Promise((resolve) => server.close(resolve))
  clearInterval(sweep)
  clearTimeout(cutOff)
}
