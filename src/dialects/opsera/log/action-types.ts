import type { Category, Outcome } from '../../../core/event/event.ts'
import type { Condition } from '../../../core/query/query.ts'

/** The `type` of a user action, by the category of its event; Opsera's own where there is one. */
const TYPE_OF_CATEGORY: Readonly<Record<Category, string>> = {
  auth: 'authentication',
  pipeline: 'pipeline',
  registry: 'registry',
  repository: 'registry',
  image: 'registry',
  policy: 'policy',
  import: 'task',
  export: 'task',
  backup: 'task',
  background: 'task',
  container: 'container',
  volume: 'volume',
  network: 'network',
  organization: 'organization',
  user: 'user',
  robot: 'robot',
  team: 'team',
  token: 'token',
  system: 'system',
}

/** The category of a collected user action, by its `type`; others are `system`. */
const CATEGORY_OF_TYPE: ReadonlyMap<string, Category> = new Map([
  ['authentication', 'auth'],
  ['pipeline', 'pipeline'],
  ['pipeline_template', 'pipeline'],
  ['registry', 'registry'],
  ['policy', 'policy'],
  ['notification_policy', 'policy'],
  ['task', 'background'],
])

/** Opsera's word for the verb of an event's action. */
const WORD_OF_VERB: ReadonlyMap<string, string> = new Map([
  ['change', 'update'],
  ['modify', 'update'],
  ['add', 'create'],
  ['remove', 'delete'],
  ['revoke', 'delete'],
])

/** The `type` of a user action that was not collected. */
export function typeOf(category: Category): string {
  return TYPE_OF_CATEGORY[category]
}

/** The categories whose `type` is one of these, ignoring case. */
export function categoriesOf(types: readonly string[]): readonly Category[] {
  const wanted = types.map((type) => type.toLowerCase())
  const entries = Object.entries(TYPE_OF_CATEGORY) as [Category, string][]
  return entries.filter(([, type]) => wanted.includes(type)).map(([category]) => category)
}

/** The category of a collected user action. */
export function categoryOfType(type: string): Category {
  return CATEGORY_OF_TYPE.get(type) ?? 'system'
}

/**
 * Endings for the words of acts that were not done. Opsera's rows have no outcome, so the plain
 * word, such as `login`, is only used when no other outcome was reported.
 */
const ENDINGS: readonly (readonly [Outcome, string])[] = [
  ['failure', '-failed'],
  ['denied', '-denied'],
  ['pending', '-pending'],
]
const PLAIN_OUTCOMES: readonly Outcome[] = ['success', 'unknown']

/** The part after the first dot of an event's action, in Opsera's words: `update`. */
export function wordOf(action: string): string {
  const verb = action.slice(action.indexOf('.') + 1)
  return WORD_OF_VERB.get(verb) ?? verb
}

/** The `action` of a user action that was not collected: `update`, or `update-failed`. */
export function endedWordOf(action: string, outcome: Outcome): string {
  const ending = ENDINGS.find(([ended]) => ended === outcome)?.[1] ?? ''
  return `${wordOf(action)}${ending}`
}

/** The word and the outcome in an `action`; `success` for a plain word. */
export function readEndedWord(action: string): {
  readonly word: string
  readonly outcome: Outcome
} {
  const found = ENDINGS.find(([, ending]) => action.toLowerCase().endsWith(ending))
  if (found === undefined) return { word: action, outcome: 'success' }
  const [outcome, ending] = found
  return { word: action.slice(0, -ending.length), outcome }
}

/** Conditions, any of which holds for events whose `endedWordOf` is one of these, ignoring case. */
export function endedWordConditions(words: readonly string[]): readonly (readonly Condition[])[] {
  const wanted = words.map((word) => word.toLowerCase())
  const plain = verbConditions(wanted, PLAIN_OUTCOMES)
  const ended = ENDINGS.map(([outcome, ending]) => {
    const endingSo = wanted.filter((word) => word.endsWith(ending))
    return verbConditions(
      endingSo.map((word) => word.slice(0, -ending.length)),
      [outcome],
    )
  })
  return [plain, ...ended]
}

function verbConditions(words: readonly string[], outcomes: readonly Outcome[]) {
  const conditions: readonly Condition[] = [
    { field: 'verb', in: verbsOf(words) },
    { field: 'outcome', in: outcomes },
  ]
  return conditions
}

/** The verbs whose `wordOf` is one of these. */
function verbsOf(words: readonly string[]): readonly string[] {
  const own = words.filter((word) => !WORD_OF_VERB.has(word))
  const others = [...WORD_OF_VERB].filter(([, word]) => words.includes(word))
  return [...own, ...others.map(([verb]) => verb)]
}
