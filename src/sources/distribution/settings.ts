/** How notifications of registries are read. */
export interface DistributionSettings extends NamePrefixes {
  /**
   * Whether pushes, pulls, mounts and deletions of single layers and configurations become events
   * too. One `docker push` makes one manifest event and one more for every layer.
   */
  readonly blobEvents: boolean
}

/** What the names of each kind of account begin with. */
export interface NamePrefixes {
  readonly robotNamePrefixes: readonly string[]
  readonly serviceNamePrefixes: readonly string[]
  readonly userNamePrefixes: readonly string[]
}
