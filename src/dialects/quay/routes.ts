import type { Route, RouteFamily } from '../api/api.ts'
import type { OperationDescription } from '../api/api-description.ts'
import { QUAY_OPERATIONS } from './api/description.ts'
import type { QuayAnswer, QuayServices } from './api/services.ts'
import { listMessages, showConfig } from './browser/config.ts'
import { listNotifications, showCurrentUser } from './browser/current-user.ts'
import { showErrorType } from './browser/error-types.ts'
import { showCsrfToken, signIn, signOut, verifyPassword } from './browser/sign-in.ts'
import { EXPORT_LOGS } from './exports/export-logs.ts'
import { sendExportedFile } from './exports/exported-file.ts'
import { logRoutes } from './log/log-routes.ts'
import { AGGREGATE_LOGS, LIST_LOGS, type LogOperation } from './log/operations.ts'
import { SUBJECT_KINDS } from './parameters.ts'
import { EMPTY_LISTS } from './registry/empty-lists.ts'
import { listRepositories } from './registry/repository-list.ts'
import { SHOW_DETAILS } from './registry/subject-details.ts'
import {
  countRegistryLog,
  listOrganizations,
  listRegistryLog,
  listUsers,
} from './registry/superuser.ts'

/** What can be asked of a log, by the last segment of its path; `''`: by none. */
export const LOG_OPERATIONS: ReadonlyMap<string, LogOperation> = new Map([
  ['logs', LIST_LOGS],
  ['', SHOW_DETAILS],
  ['aggregatelogs', AGGREGATE_LOGS],
  ['exportlogs', EXPORT_LOGS],
  ...EMPTY_LISTS,
])

/** Largest JSON body, in bytes. */
const JSON_BODY_BYTES_MAX = 64 * 1024

/** Every route. */
export const QUAY_ROUTES: readonly (Route<QuayServices> | RouteFamily<QuayServices>)[] = [
  ...SUBJECT_KINDS.map((subjectKind) => logRoutes(subjectKind, LOG_OPERATIONS)),
  get('/api/v1/superuser/logs', listRegistryLog, QUAY_OPERATIONS.registryLog),
  get('/api/v1/superuser/aggregatelogs', countRegistryLog, QUAY_OPERATIONS.registryAggregate),
  get('/api/v1/superuser/organizations/', listOrganizations, QUAY_OPERATIONS.organizations),
  get('/api/v1/superuser/users/', listUsers, QUAY_OPERATIONS.users),
  get('/api/v1/repository', listRepositories, QUAY_OPERATIONS.repositories),
  get('/api/v1/user/', showCurrentUser, QUAY_OPERATIONS.currentUser),
  get('/api/v1/user/notifications', listNotifications, QUAY_OPERATIONS.notifications),
  get('/csrf_token', showCsrfToken, QUAY_OPERATIONS.csrfToken),
  post('/api/v1/signin', signIn, QUAY_OPERATIONS.signIn),
  post('/api/v1/signin/verify', verifyPassword, QUAY_OPERATIONS.verify),
  post('/api/v1/signout', signOut, QUAY_OPERATIONS.signOut),
  get('/config', showConfig, QUAY_OPERATIONS.config),
  get('/api/v1/messages', listMessages, QUAY_OPERATIONS.messages),
  get('/api/v1/error/:type', showErrorType, QUAY_OPERATIONS.error),
  {
    ...get('/exportedlogs/:fileName', sendExportedFile, QUAY_OPERATIONS.exportedFile),
    deviations: { options: { is: 'refused', because: 'it is a file, outside of the API' } },
  },
]

function get(path: string, answer: QuayAnswer, describes: OperationDescription) {
  return { method: 'GET', path, answer, describes } as const
}

function post(path: string, answer: QuayAnswer, describes: OperationDescription) {
  return { method: 'POST', path, bodyBytesMax: JSON_BODY_BYTES_MAX, answer, describes } as const
}
