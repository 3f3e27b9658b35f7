/**
 * Actions of events that were collected from a Container Station's event feed, mostly about
 * containers and images. The station's log reports the same acts as they were requested, so these
 * events appear only in the feed.
 */
export const NOTICE_ACTIONS = ['container.notify', 'image.notify', 'host.notify'] as const
