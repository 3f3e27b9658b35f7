/**
 * Actions of events that were collected from the event feed of a Container Station: what it told
 * its clients, of containers and images mostly. Its log tells of the same acts as they were asked
 * for, so these are in the feed alone.
 */
export const NOTICE_ACTIONS = ['container.notify', 'image.notify', 'host.notify'] as const
