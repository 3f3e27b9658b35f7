import { join } from 'node:path'
import { type Administration, WAYBILL_ITSELF } from '../../access/directory/administration.ts'
import type { Directory, TokenInfo, User } from '../../access/directory/directory.ts'
import { SCOPES } from '../../access/directory/principal.ts'
import { writeSecretFile } from './secret-file.ts'

const ADMINISTRATOR_NAME = 'admin'
const TOKEN_FILE = 'admin-token'
/** What the token of that file is called. */
const FIRST_TOKEN_NAME = 'made at the first start'

/**
 * Makes sure that somebody can administer the installation: unless an administrator of all tenants
 * has a token that is neither revoked nor expired, creates one and writes it to `admin-token` in
 * the data directory. The file is written last, so that a crash in between leaves a state from
 * which the next start goes on.
 */
export async function ensureAdministrator(
  directory: Directory,
  administration: Pick<Administration, 'createUser' | 'createToken' | 'revokeToken'>,
  dataDirectory: string,
): Promise<void> {
  const ids = new Set(administratorsOf(directory).map(({ id }) => id))
  if (directory.tokens(null).some((token) => ids.has(token.user) && isUsable(token))) return
  await writeAdministratorToken(directory, administration, dataDirectory)
}

/**
 * Replaces the token that the file `admin-token` has or had: revokes it, makes another one of the
 * same administrator and writes that to the file. A missing administrator is created.
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
  await writeSecretFile(path, `${token}\n`)
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
