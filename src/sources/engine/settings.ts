/** One container engine, at a socket or an address. */
export interface EngineSettings {
  readonly name: string
  /** Path of its Unix socket. */
  readonly socket?: string | undefined
  /** Its `http:` or `https:` address, in place of a socket. */
  readonly url?: string | undefined
  /** PEM files for `https:`. They are read at every connection, so new ones need no restart. */
  readonly certificateAuthorityFile?: string | undefined
  readonly certificateFile?: string | undefined
  readonly keyFile?: string | undefined
  readonly tenant?: string | undefined
}
