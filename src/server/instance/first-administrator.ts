import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Administration, WAYBILL_ITSELF } from '../../access/directory/administration.ts'
import type { Directory, TokenInfo, User } from '../../access/directory/directory.ts'
import { SCOPES } from '../../access/directory/principal.ts'
import type { RecordStore } from '../../access/records/record-store.ts'
import { SECRET_MODE, writeDurably } from '../../core/files.ts'
import { isMembers } from '../../core/json/json.ts'
import type { OpenAccess } from './open-access.ts'

const ADMINISTRATOR_NAME = 'admin'
const TOKEN_FILE = 'admin-token'
/** Name of the token in that file. */
const FIRST_TOKEN_NAME = 'made at the first start'

/** Record kind of the tasks that one instance on a store does for all of them. */
const RECORD_KIND = 'first-start'
/** Longest wait for the instance that creates the administrator, ms: it may have died. */
const OTHER_INSTANCE_MS_MAX = 10_000
const POLL_MS = 200

/** The records that choose the instance that creates the administrator, and this instance. */
export interface AdministratorPlace {
  readonly records: Pick<RecordStore, 'create' | 'get' | 'put'>
  readonly origin: string
  readonly dataDirectory: string
  /** Absent: `OTHER_INSTANCE_MS_MAX`. */
  readonly waitMsMax?: number
}

/**
 * Opens users and tokens, and ensures that the installation has a usable administrator. Unless an
 * administrator of all tenants has a token that is neither revoked nor expired, creates one and
 * writes it to `admin-token` in the data directory. The file is written last; after a crash right
 * before, `waybill recover --administrator-token` writes another one.
 *
 * Of instances that start on one empty store at the same moment, one creates the administrator. The
 * others wait for it, so that they know the user and its token as well.
 *
 * @param open reads what the store has now, as `openAccess` does.
 */
export async function openAdministered(
  open: () => Promise<OpenAccess>,
  place: AdministratorPlace,
): Promise<OpenAccess> {
  const { waitMsMax = OTHER_INSTANCE_MS_MAX } = place
  const first = await open()
  if (isAdministered(first.directory)) return first
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    // Checked before the users are read, so that they include what was created by then.
    const isOwnTask = await isTaskOf(place)
    const access = await open()
    if (isAdministered(access.directory)) return access
    if (isOwnTask || waitedMs >= waitMsMax) {
      await writeAdministratorToken(access.directory, access.administration, place.dataDirectory)
      await place.records.put({ kind: RECORD_KIND, id: 'administrator-made', body: {} })
      return access
    }
    await delay(POLL_MS)
  }
}

/** Whether this instance creates the administrator: the first one, or a replacement. */
async function isTaskOf({ records, origin }: AdministratorPlace): Promise<boolean> {
  if ((await records.get(RECORD_KIND, 'administrator-made')) !== undefined) return true
  const proposal = { kind: RECORD_KIND, id: 'administrator', body: { origin } }
  const { body } = await records.create(proposal)
  return isMembers(body) && body['origin'] === origin
}

function isAdministered(directory: Directory): boolean {
  const ids = new Set(administratorsOf(directory).map(({ id }) => id))
  return directory.tokens(null).some((token) => ids.has(token.user) && isUsable(token))
}

/**
 * Replaces the token of the file `admin-token`: revokes it, creates a new one for the same
 * administrator and writes it to the file. Creates a missing administrator.
 *
 * @returns the path of the file.
 */
export async function writeAdministratorToken(
  directory: Directory,
  administration: Pick<Administration, 'createUser' | 'createToken' | 'revokeToken'>,
  dataDirectory: string,
): Promise<string> {
  const administrator =
    administratorsOf(directory)[0] ??
    (await administration.createUser(WAYBILL_ITSELF, {
      name: ADMINISTRATOR_NAME,
      tenant: null,
      roles: ['administrator'],
    }))
  for (const { id, user, name, revokedAt } of directory.tokens(null)) {
    const isOfFile = user === administrator.id && name === FIRST_TOKEN_NAME
    if (isOfFile && revokedAt === undefined) await administration.revokeToken(WAYBILL_ITSELF, id)
  }
  const { token } = await administration.createToken(WAYBILL_ITSELF, {
    user: administrator.id,
    name: FIRST_TOKEN_NAME,
    scopes: SCOPES,
  })
  const path = join(dataDirectory, TOKEN_FILE)
  await writeDurably(path, `${token}\n`, SECRET_MODE)
  return path
}

function administratorsOf(directory: Directory): readonly User[] {
  return directory
    .users(null)
    .filter(({ tenant, roles }) => tenant === null && roles.includes('administrator'))
}

function isUsable({ revokedAt, expiresAt }: TokenInfo): boolean {
  return revokedAt === undefined && (expiresAt === undefined || Date.parse(expiresAt) > Date.now())
}
