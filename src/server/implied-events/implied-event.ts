import { cutText } from '../../core/cut-text.ts'
import type { Draft } from '../../core/event/draft.ts'
import type { Event } from '../../core/event/event.ts'
import type { NewEvent } from '../../core/event/new-event.ts'
import { MESSAGE_LENGTH_MAX } from '../../core/limits.ts'
import { type ImpliedByPush, NATIVE_PUSH } from '../../core/query/implied-by-push.ts'

/** Hexadecimal digits of a digest in a message, as many as the engines print. */
const DIGEST_DIGITS_SHOWN = 12

/**
 * The event for a push that moved a tag. As all implied events, it has the push's time, actor and
 * client, and an id derived from the push's, so that a repeated push repeats it.
 */
export function tagMove(push: Draft, digestBefore: string): NewEvent {
  const { event } = push
  const { actor, target } = event
  const from = shortDigest(digestBefore)
  const to = shortDigest(target?.digest ?? '')
  return {
    ...impliedBy(event, 'tag.move', { digestBefore }),
    target: { ...target, type: 'tag' },
    message: messageOf(actor, `moved ${pathOf(target)}:${target?.tag} from ${from} to ${to}`),
  }
}

/** The event for the first push to a repository. */
export function repositoryCreation(push: Draft): NewEvent {
  const { event } = push
  const { actor, target } = event
  const { namespace, repository } = target ?? {}
  return {
    ...impliedBy(event, 'repository.create', {}),
    target: { type: 'repository', namespace, repository },
    message: messageOf(actor, `made the first push to ${pathOf(target)}`),
  }
}

function impliedBy(
  { time, source, actor, client }: Event,
  action: ImpliedByPush,
  more: Readonly<Record<string, string>>,
): NewEvent {
  const { eventId = '' } = source
  return {
    time,
    source: { eventId: `${eventId}#${action}` },
    action,
    nativeAction: NATIVE_PUSH,
    outcome: 'success',
    actor,
    ...(client !== undefined && { client }),
    details: { ...more, derivedFrom: eventId },
  }
}

function pathOf(target: Event['target']): string {
  return `${target?.namespace}/${target?.repository}`
}

function messageOf(actor: Event['actor'], what: string): string {
  const who = actor?.name ?? actor?.email ?? actor?.id ?? 'An unnamed client'
  return cutText(`${who} ${what}`, MESSAGE_LENGTH_MAX)
}

function shortDigest(digest: string): string {
  return cutText(digest, digest.indexOf(':') + 1 + DIGEST_DIGITS_SHOWN)
}
