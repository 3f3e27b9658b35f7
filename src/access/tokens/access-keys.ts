import type { Announce } from '../directory/directory.ts'

/** An access key as it may be listed: never with its secret. */
export interface AccessKeyInfo {
  /** The public half, 20 capitals and digits. */
  readonly accessKey: string
  /** Id of the user that it stands for. */
  readonly user: string
  /** RFC 3339. */
  readonly createdAt: string
}

/** What a request that was signed with an access key is checked with. */
export interface FoundAccessKey {
  /** Id of the user that it stands for. */
  readonly user: string
  /** Undefined when this instance does not have the key that it was encrypted with. */
  readonly secretKey: string | undefined
}

/**
 * Pairs of an access key and a secret key, with which requests are signed (HMAC) instead of
 * carrying a token. Checking a signature takes the secret itself: it is stored encrypted, with a
 * key that is not in the store. `tenant` is the caller's, and limits what it sees (`null`:
 * everything).
 */
export interface AccessKeys {
  list(tenant: string | null): readonly AccessKeyInfo[]
  /** Undefined for an unknown key. */
  find(accessKey: string): FoundAccessKey | undefined
}

/**
 * Makes and removes access keys. A change is durable once its promise resolves. Requests change
 * nothing here: they go through `Administration`.
 */
export interface AccessKeyKeeper extends AccessKeys {
  /**
   * Makes a pair. The secret, 40 letters and digits, is in the answer and is not shown again.
   *
   * @param user name or id.
   * @throws Fault `request.invalid` for an unknown user or an organization; `store.unavailable`.
   */
  create(
    tenant: string | null,
    user: string,
    announce?: Announce<AccessKeyInfo>,
  ): Promise<AccessKeyInfo & { readonly secretKey: string }>
  /** @throws Fault `resource.missing`, `store.unavailable`. */
  remove(
    tenant: string | null,
    accessKey: string,
    announce?: Announce<AccessKeyInfo>,
  ): Promise<void>
  /** Forgets every key of a user that was deleted. */
  removeAllOf(user: string): Promise<void>
}
