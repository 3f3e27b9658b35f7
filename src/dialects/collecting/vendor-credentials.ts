/** The credentials that a vendor client sends with every request. */
export interface VendorCredentials {
  /**
   * @param url of the GET request, because a signature is valid for one request only.
   *
   * @throws VendorError, or an error whose message contains no secret.
   */
  headers(url: URL): Promise<Readonly<Record<string, string>>>
  /** Gets new credentials after a 401: reads a file again, or opens a new session. */
  renew?(): Promise<void>
}

/**
 * A bearer token (RFC 6750). It is read when first needed and again after a refusal, so that a file
 * can be replaced while the collector runs.
 *
 * @param read reads the token from its place; its error contains no secret.
 */
export function bearerToken(read: () => Promise<string>): VendorCredentials {
  let token: Promise<string> | undefined
  return {
    async headers() {
      token ??= read()
      try {
        return { Authorization: `Bearer ${await token}` }
      } catch (error) {
        token = undefined
        throw error
      }
    },
    async renew() {
      token = undefined
    },
  }
}
