import type { EventJson } from '../api/event.ts'
import { spelledOut } from '../shell/visible-text.tsx'

/** Past forms of the verbs of frequent actions. */
const PAST: Readonly<Record<string, string>> = {
  add: 'added',
  attach: 'attached to',
  build: 'built',
  change: 'changed',
  create: 'created',
  delete: 'deleted',
  exec: 'ran a command in',
  exit: 'saw the end of',
  inspect: 'looked up',
  kill: 'killed',
  move: 'moved',
  mount: 'mounted',
  pause: 'paused',
  prune: 'pruned',
  pull: 'pulled',
  push: 'pushed',
  remove: 'removed',
  rename: 'renamed',
  restart: 'restarted',
  start: 'started',
  stop: 'stopped',
  tag: 'tagged',
  unpause: 'resumed',
  update: 'updated',
}

/** What the actor did, as the middle of a sentence; the action itself where it has no words. */
export function actionPhrase({ action, outcome }: Pick<EventJson, 'action' | 'outcome'>): string {
  if (action === 'auth.login' && outcome === 'success') return 'signed in as'
  const [object = '', verb = '', ...rest] = action.split('.')
  const past = PAST[verb]
  if (past === undefined || rest.length > 0) return `did ${spelledOut(action)} on`
  const thing = object.replaceAll('-', ' ')
  if (outcome === 'success') return `${past} ${thing}`
  const ending = { denied: 'and was denied', failure: 'and failed' }[outcome]
  return ending === undefined ? `did ${action} on` : `tried ${action} ${ending}:`
}
