/** What an installation can choose about its registry sources. */
export interface DistributionSettings {
  /**
   * Whether pushes, pulls, mounts and deletions of single layers and configurations become events
   * too. One `docker push` makes one manifest event and one more for every layer.
   */
  readonly blobEvents: boolean
}
