import type { ActorKind } from '../../core/event/event.ts'
import type { NamePrefixes } from './settings.ts'

/** The name of a robot account, `namespace+name`. A `+` in an e-mail address does not count. */
const ROBOT = /^[^+@]+\+[^+@]+$/

/**
 * The kind of account behind a name, which a registry does not report. The longest prefix wins, so
 * that `robot-` can mean robots and `robot-bob` a user.
 */
export function actorKind(name: string, prefixes: NamePrefixes): ActorKind {
  const kinds: readonly (readonly [ActorKind, readonly string[]])[] = [
    ['user', prefixes.userNamePrefixes],
    ['service', prefixes.serviceNamePrefixes],
    ['robot', prefixes.robotNamePrefixes],
  ]
  let kind: ActorKind = ROBOT.test(name) ? 'robot' : 'user'
  let longest = 0
  for (const [candidate, list] of kinds) {
    for (const prefix of list) {
      if (prefix.length <= longest || !name.startsWith(prefix)) continue
      kind = candidate
      longest = prefix.length
    }
  }
  return kind
}
