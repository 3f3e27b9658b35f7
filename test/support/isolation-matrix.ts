/**
 * Who is let in by a route: `everyone` without a token too, `known` with any, then the roles, and
 * `installation`: no user of a tenant.
 */
type Audience = 'everyone' | 'known' | 'writers' | 'superusers' | 'administrators' | 'installation'

/** A route of the server and who may use it. */
export interface MatrixRow {
  readonly audience: Audience
  /** Whether it answers with events, so that each reader finds its own there. */
  readonly shows?: true
  /** Whether it answers with figures or lists, which follow what the caller's own tenant does. */
  readonly counts?: true
  /** Whether nothing in the request names a tenant: it can change the caller's own alone. */
  readonly own?: true
}

const known: MatrixRow = { audience: 'known' }
const shows: MatrixRow = { audience: 'known', shows: true }
const counts: MatrixRow = { audience: 'known', counts: true }
const own: MatrixRow = { audience: 'known', own: true }
const everyone: MatrixRow = { audience: 'everyone', own: true }
const writers: MatrixRow = { audience: 'writers' }
const administrators: MatrixRow = { audience: 'administrators' }
const installation: MatrixRow = { audience: 'installation' }
const countsForAdministrators: MatrixRow = { ...administrators, counts: true }
const superusers: MatrixRow = { audience: 'superusers' }

/** Every route of the server, by `matrixKey`. */
export const ISOLATION_MATRIX: Readonly<Record<string, MatrixRow>> = {
  'GET /healthz': everyone,
  'GET /readyz': everyone,
  'GET /metrics': everyone,
  'GET /openapi.json': everyone,
  'GET /': everyone,
  'GET /console': everyone,
  'GET /console/*': everyone,
  'GET /console/assets/:name': everyone,
  'POST /v1/sources/distribution/:name': { ...writers, own: true },
  'POST /v1/sources/buildbot/:name': { ...writers, own: true },

  'GET /v1/events': shows,
  'GET /v1/events/:id': shows,
  'GET /v1/events/count': counts,
  'GET /v1/events/facets': { ...counts, shows: true },
  'GET /v1/sources': counts,
  'GET /v1/events/histogram': { ...counts, shows: true },
  'GET /v1/events/export': shows,
  'GET /v1/events/stream': shows,
  'POST /v1/events/stream/tickets': own,
  'POST /v1/events': writers,
  // Its size and root are of all tenants: proofs refer to them.
  'GET /v1/ledger': known,
  'GET /v1/ledger/checkpoint': known,
  'GET /v1/ledger/checkpoint/witnessed': known,
  'GET /v1/ledger/key': known,
  'GET /v1/ledger/time-stamps': known,
  'GET /v1/ledger/time-stamps/:size': known,
  'GET /v1/ledger/time-stamps/:size/checkpoint': known,
  'GET /v1/ledger/consistency': known,
  'GET /v1/ledger/range': known,
  // Hash tiles are for all that may read the ledger; entries are checked by their handler.
  'GET /v1/ledger/tile/*': known,
  // The same of another origin of the installation.
  'GET /v1/ledgers/:origin/checkpoint': known,
  'GET /v1/ledgers/:origin/key': known,
  'GET /v1/ledgers/:origin/consistency': known,
  'GET /v1/ledgers/:origin/range': known,
  'GET /v1/ledgers/:origin/tile/*': known,
  'GET /v1/events/:id/proof': known,
  'GET /v1/events/:id/entry': shows,
  'POST /v1/ledger/verification': installation,
  // Only an administrator of the installation may name another tenant.
  'POST /v1/ledger/statement': own,
  'POST /v1/ledger/keys': installation,
  'DELETE /v1/ledger/keys/old': installation,
  'GET /v1/status': countsForAdministrators,
  // A session is a cookie's: no token is let in, and none names a tenant.
  'POST /v1/session': everyone,
  'GET /v1/session': known,
  'DELETE /v1/session': everyone,
  'GET /v1/sessions': known,
  'DELETE /v1/sessions': own,
  'PUT /v1/session/password': own,
  'GET /v1/users': countsForAdministrators,
  'POST /v1/users': administrators,
  'DELETE /v1/users/:id': administrators,
  'PUT /v1/users/:id/password': administrators,
  'GET /v1/grants': countsForAdministrators,
  'POST /v1/grants': administrators,
  'DELETE /v1/grants/:id': administrators,
  'GET /v1/tokens': countsForAdministrators,
  'POST /v1/tokens': administrators,
  'DELETE /v1/tokens/:id': administrators,
  'GET /v1/access-keys': countsForAdministrators,
  'POST /v1/access-keys': administrators,
  'DELETE /v1/access-keys/:accessKey': administrators,
  'GET /v1/saved-searches': known,
  'POST /v1/saved-searches': own,
  'PUT /v1/saved-searches/:id': known,
  'DELETE /v1/saved-searches/:id': known,
  'GET /v1/exports': known,
  'GET /v1/exports/:id': known,
  'GET /v1/exports/:id/proofs': known,
  'GET /v1/collectors': { ...writers, counts: true },
  'GET /v1/collectors/:kind/:name': writers,
  'PUT /v1/collectors/:kind/:name': writers,
  'DELETE /v1/collectors/:kind/:name': writers,

  'GET /exportedlogs/:fileName': everyone,
  'GET /config': everyone,
  'GET /csrf_token': everyone,
  'GET /api/v1/messages': everyone,
  'GET /api/v1/error/:type': everyone,
  'POST /api/v1/signin': everyone,
  'POST /api/v1/signin/verify': own,
  'POST /api/v1/signout': everyone,
  'GET /api/v1/user': known,
  'GET /api/v1/user/notifications': known,
  'GET /api/v1/repository': known,
  'GET /api/v1/superuser/logs': { ...superusers, shows: true },
  'GET /api/v1/superuser/aggregatelogs': { ...superusers, counts: true },
  'GET /api/v1/superuser/organizations': { ...superusers, counts: true },
  'GET /api/v1/superuser/users': { ...superusers, counts: true },
  'GET /api/v1/user/*': known,
  'POST /api/v1/user/*': own,
  'GET /api/v1/organization/*': shows,
  'POST /api/v1/organization/*': known,
  'GET /api/v1/repository/*': shows,
  'POST /api/v1/repository/*': known,

  'POST /api/v1/login': everyone,
  'GET /api/v1/login_refresh': own,
  'PUT /api/v1/logout': own,
  'GET /api/v1/log': shows,
  'DELETE /api/v1/log': { ...administrators, own: true },
  'GET /api/v1/log/export': shows,
  'GET /api/v1/event': shows,
  'GET /api/v1/event/wait/:type/:id/:state': known,
  'GET /api/v1/container': shows,
  'GET /api/v1/container/:type/:id': shows,
  'GET /api/v1/container/docker/getid/:id': known,
  'GET /api/v1/system': known,

  'GET /v5/:project/container/image/events': shows,
  'POST /v3/auth/tokens': everyone,
  'GET /v3/auth/tokens': known,
  'GET /v3/projects': known,
  'GET /v3/regions': known,
  'GET /v3/auth/domains': known,

  'GET /api/v1/logs/user/actions': shows,
  'GET /api/v1/logs/user/tokens': known,
  'GET /api/v1/logs/pipelines': shows,
  'GET /api/v2/logs/audit/user': shows,
}

/** Other prefixes of the same routes, and their slash at the end. */
export function matrixKey(method: string, url: string): string {
  const path = url.replace(/^\/container-?station(?=\/)/, '').replace(/\/$/, '')
  return `${method} ${path || '/'}`
}
