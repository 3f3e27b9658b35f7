/** What a vendor client shows its server with every request. */
export interface VendorCredentials {
  /**
   * @param url of the GET that they are for: a signature holds for one request alone.
   * @throws VendorError or an error whose message holds no secret.
   */
  headers(url: URL): Promise<Readonly<Record<string, string>>>
  /** Gets new ones after a 401: a file is read again, a session opened anew. */
  renew?(): Promise<void>
}

/**
 * A bearer token (RFC 6750). It is read when it is first needed and again after it was refused, so
 * that a file can be replaced while the collector runs.
 *
 * @param read where the token stands; its error holds no secret.
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
