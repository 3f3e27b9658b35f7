import { join } from 'node:path'
import { type Administration, WAYBILL_ITSELF } from '../access/administration.ts'
import type { Directory, TokenInfo } from '../access/directory.ts'
import { SCOPES } from '../access/principal.ts'
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
  administration: Pick<Administration, 'createUser' | 'createToken'>,
  dataDirectory: string,
): Promise<void> {
  const administrators = directory
    .users(null)
    .filter(({ tenant, roles }) => tenant === null && roles.includes('administrator'))
  const ids = new Set(administrators.map(({ id }) => id))
  if (directory.tokens(null).some((token) => ids.has(token.user) && isUsable(token))) return
  const administrator =
    administrators[0] ??
    (await administration.createUser(WAYBILL_ITSELF, {
      name: ADMINISTRATOR_NAME,
      tenant: null,
      roles: ['administrator'],
    }))
  const { token } = await administration.createToken(WAYBILL_ITSELF, {
    user: administrator.id,
    name: FIRST_TOKEN_NAME,
    scopes: SCOPES,
  })
  await writeSecretFile(join(dataDirectory, TOKEN_FILE), `${token}\n`)
}

function isUsable({ revokedAt, expiresAt }: TokenInfo): boolean {
  return revokedAt === undefined && (expiresAt === undefined || Date.parse(expiresAt) > Date.now())
}
