/** One Docker daemon that calls Waybill as its authorization plugin. */
export interface DockerAuthzSettings {
  readonly name: string
  /** Path of the Unix socket that Waybill listens on. */
  readonly socket: string
  readonly tenant?: string | undefined
  /** Whether a request is allowed only once the ledger has it. */
  readonly recordBeforeAllow: boolean
  /** Longest wait for that record, in milliseconds; after it the request is denied. */
  readonly recordMsMax: number
}
