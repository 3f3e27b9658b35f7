import { type Administration, createAdministration } from '../../access/directory/administration.ts'
import type { DirectoryKeeper } from '../../access/directory/directory.ts'
import { openDirectory } from '../../access/directory/open-directory.ts'
import { readInstanceKey } from '../../access/records/instance-key.ts'
import { openSavedSearches } from '../../access/saved-searches/open-saved-searches.ts'
import type { SavedSearchKeeper } from '../../access/saved-searches/saved-search.ts'
import { openSessions, type SessionsOptions } from '../../access/sign-in/sessions.ts'
import { createSignIn, type SignInOptions } from '../../access/sign-in/sign-in.ts'
import { createTokenSignIn, type TokenSignInOptions } from '../../access/sign-in/token-sign-in.ts'
import type { AccessKeyKeeper } from '../../access/tokens/access-keys.ts'
import { openAccessKeys } from '../../access/tokens/open-access-keys.ts'
import { createSecretBox, type SecretBox } from '../../access/tokens/secret-box.ts'
import type { Settings } from '../../config/settings.ts'
import type { EventReader } from '../../core/query/query.ts'
import type { Clock } from '../../core/time/timestamp.ts'
import type { DialectContext } from '../../dialects/api/dialect.ts'
import type { AuditTrail } from '../../ledger/audit-trail.ts'
import type { Store } from '../../store/store.ts'

/** What access control needs. */
export interface AccessOptions {
  readonly settings: Pick<Settings, 'defaultTenant'>
  readonly records: Store['records']
  /** Sees every acknowledged event. */
  readonly events: Pick<EventReader, 'page'>
  readonly clock: Clock
  readonly secretKey: Uint8Array
  readonly audit: Pick<AuditTrail, 'record'>
}

/** Users, grants, tokens, access keys and saved searches, and their administration. */
export interface OpenAccess {
  readonly directory: DirectoryKeeper
  readonly accessKeys: AccessKeyKeeper
  readonly savedSearches: SavedSearchKeeper
  readonly administration: Administration
  readonly secretBox: (purpose: string) => SecretBox
}

/** Reads the stored users and grants. @throws as `openDirectory` and `readInstanceKey` do. */
export async function openAccess(options: AccessOptions): Promise<OpenAccess> {
  const { records, events, clock, secretKey, audit } = options
  const { defaultTenant } = options.settings
  const tokenKey = await readInstanceKey(records, secretKey, 'token-key')
  const directory = await openDirectory({ records, clock, defaultTenant, tokenKey })
  const secretBox = (purpose: string) => createSecretBox(secretKey, purpose)
  const box = secretBox('access keys')
  const accessKeys = await openAccessKeys({ records, directory, clock, box })
  const savedSearches = await openSavedSearches({
    ...{ records, directory, clock, defaultTenant },
    record: audit.record,
  })
  const administration = createAdministration({
    ...{ directory, accessKeys, savedSearches, clock, defaultTenant, events },
    record: audit.record,
  })
  return { directory, accessKeys, savedSearches, administration, secretBox }
}

/** How users sign in, for all dialects. @throws Fault `store.unavailable`. */
export async function openSignIn(
  options: SessionsOptions & SignInOptions & TokenSignInOptions,
): Promise<Pick<DialectContext, 'signIn' | 'signInWithToken' | 'sessions'>> {
  return {
    signIn: createSignIn(options),
    signInWithToken: createTokenSignIn(options),
    sessions: await openSessions(options),
  }
}
