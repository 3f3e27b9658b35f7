import type { Category } from '../../core/event.ts'

/** The `type` of a user action, by the category of its event; Opsera's own where it has one. */
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

/** The category of a collected user action, by its `type`; of any other it is `system`. */
const CATEGORY_OF_TYPE: ReadonlyMap<string, Category> = new Map([
  ['authentication', 'auth'],
  ['pipeline', 'pipeline'],
  ['pipeline_template', 'pipeline'],
  ['registry', 'registry'],
  ['policy', 'policy'],
  ['notification_policy', 'policy'],
  ['task', 'background'],
])

/** The word that Opsera has for what the verb of an event's action says. */
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

/** The categories whose `type` is one of these, whatever their case. */
export function categoriesOf(types: readonly string[]): readonly Category[] {
  const wanted = types.map((type) => type.toLowerCase())
  const entries = Object.entries(TYPE_OF_CATEGORY) as [Category, string][]
  return entries.filter(([, type]) => wanted.includes(type)).map(([category]) => category)
}

/** The category of a collected user action. */
export function categoryOfType(type: string): Category {
  return CATEGORY_OF_TYPE.get(type) ?? 'system'
}

/** The `action` of a row: what follows the first dot of its event's, in Opsera's words. */
export function wordOf(action: string): string {
  const verb = action.slice(action.indexOf('.') + 1)
  return WORD_OF_VERB.get(verb) ?? verb
}

/** The verbs whose `wordOf` is one of these, whatever their case. */
export function verbsOf(words: readonly string[]): readonly string[] {
  const wanted = words.map((word) => word.toLowerCase())
  const own = wanted.filter((word) => !WORD_OF_VERB.has(word))
  const others = [...WORD_OF_VERB].filter(([, word]) => wanted.includes(word))
  return [...own, ...others.map(([verb]) => verb)]
}
