import type { FastifyReply, FastifyRequest } from 'fastify'
import type { EventFilter } from '../../../core/query/query.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { clientOf } from '../../api/request-client.ts'
import { requestContext } from '../../api/request-context.ts'
import type { Containers, Look } from '../containers/containers.ts'
import type { StateWaits } from '../containers/wait-for-state.ts'
import { authenticate, type Caller, requireAdministrator } from '../credentials.ts'
import { unknownContainer } from '../errors.ts'
import { clearLog } from '../log/clear-log.ts'
import type { ClearedLogs } from '../log/clear-marks.ts'
import { exportLog } from '../log/export-log.ts'
import { listLog } from '../log/list-log.ts'
import type { WallClock } from '../log/wall-clock.ts'
import { listEvents } from '../notices/list-events.ts'
import {
  readContainerPath,
  readEventParameters,
  readLogParameters,
  readWaitParameters,
} from '../parameters.ts'
import { logFilter, visibilityOf } from '../selection.ts'
import { login, logout, refreshLogin } from '../session/login.ts'
import { sendJson } from './json.ts'

/** What the operations of a station need. */
export interface Station {
  readonly context: DialectContext
  readonly wallClock: WallClock
  readonly clearedLogs: ClearedLogs
  readonly containers: Containers
  readonly waits: StateWaits
  /** Waybill's own version, where the vendor has the version of its package. */
  readonly version: string
}

/** A request and its reply. */
interface Call {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** Aborts when the client disconnects. */
  readonly gone: AbortSignal
}

/** An operation of a station. */
export type Operation = (call: Call, station: Station) => Promise<FastifyReply>

/** `POST /login`. */
export const loginOperation: Operation = async ({ request, reply }, { context, wallClock }) =>
  sendJson(reply, await login(request, reply, { ...context, wallClock }))

/** `GET /login_refresh`. */
export const refreshOperation: Operation = async ({ request, reply }, { context, wallClock }) =>
  sendJson(reply, refreshLogin(request, { ...context, wallClock }))

/** `PUT /logout`. */
export const logoutOperation: Operation = async ({ request, reply }, { context, wallClock }) =>
  sendJson(reply, await logout(request, reply, { ...context, wallClock }))

/** `GET /log`. */
export const logOperation: Operation = async ({ request, reply }, station) => {
  const caller = authenticate(request, station.context)
  const parameters = readLogParameters(request.query)
  const { events } = requestContext(station.context, request)
  const log = await logOf(caller, station)
  return sendJson(reply, await listLog(log, parameters, { events, wallClock: station.wallClock }))
}

/** `GET /log/export`. */
export const exportOperation: Operation = async ({ request, reply }, station) => {
  const caller = authenticate(request, station.context)
  const { events, clock } = requestContext(station.context, request)
  const { wallClock } = station
  const csv = await exportLog(await logOf(caller, station), { events, wallClock })
  const day = wallClock.textOfSecond(clock()).slice(0, 10)
  return reply
    .header('Content-Type', 'text/csv; charset=utf-8')
    .header('Cache-Control', 'no-store, no-transform')
    .header('Content-Disposition', `attachment; filename="container-station-${day}.csv"`)
    .send(csv)
}

/** `DELETE /log`. */
export const clearOperation: Operation = async ({ request, reply }, station) => {
  const caller = authenticate(request, station.context)
  requireAdministrator(caller)
  const { clearedLogs, context } = station
  const cleared = await clearLog(caller, clientOf(request), {
    ...requestContext(context, request),
    clearedLogs,
  })
  return sendJson(reply, { ...cleared })
}

/** `GET /event`. */
export const eventOperation: Operation = async ({ request, reply }, { context }) => {
  const caller = authenticate(request, context)
  const window = await listEvents(
    caller,
    readEventParameters(request.query),
    requestContext(context, request),
  )
  return sendJson(reply, { ...window })
}

/** `GET /event/wait/{type}/{id}/{state}`. */
export const waitOperation: Operation = async ({ request, reply, gone }, { context, waits }) => {
  const caller = authenticate(request, context)
  const parameters = readWaitParameters(request.params, request.query)
  // A silent connection whose client is waiting is not a stalled one.
  request.raw.socket.setTimeout(0)
  return sendJson(reply, await waits.wait(caller, parameters, gone))
}

/** `GET /container`. */
export const containersOperation: Operation = async (call, { context, containers }) => {
  const caller = authenticate(call.request, context)
  const views = await containers.list(caller, lookOf(call, context))
  return sendJson(
    call.reply,
    views.map(({ json }) => json),
  )
}

/** `GET /container/{type}/{id}`. */
export const containerOperation: Operation = async (call, { context, containers }) => {
  const caller = authenticate(call.request, context)
  const { type, container } = readContainerPath(call.request.params)
  const view = await containers.find({ caller, type, name: container }, lookOf(call, context))
  if (view === undefined) throw unknownContainer(container)
  return sendJson(call.reply, view.json)
}

/** `GET /container/docker/getid/{name}`: only the id, as text. */
export const containerIdOperation: Operation = async (call, { context, containers }) => {
  const caller = authenticate(call.request, context)
  const { container } = readContainerPath({ ...Object(call.request.params), type: 'docker' })
  const view = await containers.find(
    { caller, type: 'docker', name: container },
    lookOf(call, context),
  )
  if (view === undefined) throw unknownContainer(container)
  return call.reply.header('Content-Type', 'text/plain; charset=utf-8').send(view.id)
}

/** `GET /system`: just enough for a client to recognize the server and its version. */
export const systemOperation: Operation = async ({ request, reply }, { context, version }) => {
  authenticate(request, context)
  return sendJson(reply, {
    features: ['docker'],
    hostname: context.ledger.status().origin,
    status: 'running',
    version: { qpkg: version },
  })
}

function lookOf({ request, gone }: Call, context: DialectContext): Look {
  return { events: requestContext(context, request).events, signal: gone }
}

async function logOf(caller: Caller, { clearedLogs }: Station): Promise<EventFilter> {
  return logFilter(visibilityOf(caller), await clearedLogs.of(caller.tenant))
}
