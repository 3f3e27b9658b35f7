/** How registry notifications are read. */
export interface DistributionSettings extends NamePrefixes {
  /**
   * Whether pushes, pulls, mounts and deletions of single layers and configurations become events
   * too. One `docker push` makes one manifest event, plus one for every layer.
   */
  readonly blobEvents: boolean
}

/** The prefixes of account names, by kind of account. */
export interface NamePrefixes {
  readonly robotNamePrefixes: readonly string[]
  readonly serviceNamePrefixes: readonly string[]
  readonly userNamePrefixes: readonly string[]
}
