/** One Docker daemon that calls Waybill as its authorization plugin. */
export interface DockerAuthzSettings {
  readonly name: string
  /** Path of the Unix socket that Waybill listens on. */
  readonly socket: string
  readonly tenant?: string | undefined
}
