import { SKIP_FIELDS, type SkipField } from '../../core/query/skip-rule.ts'
import { listOf, optional, required, type Setting } from '../table/setting.ts'
import { plainName, type RawValue, type ValueKind } from '../table/value-kind.ts'

const NAME_LENGTH_MAX = 64
const VALUE_LENGTH_MAX = 1024

/** Kinds of the sources that the server has. */
const SOURCE_KINDS = ['distribution', 'buildbot', 'engine', 'docker-authz']

/** A text, or its beginning and `*`. A `*` alone would be every value there is. */
function readPattern(raw: RawValue): string | undefined {
  const text = String(raw)
  const isShort = text !== '' && text.length <= VALUE_LENGTH_MAX
  return isShort && /^[^*\p{Cc}]+\*?$/u.test(text) ? text : undefined
}

const patterns: ValueKind<readonly string[]> = {
  placeholder: 'VALUE',
  expected:
    `a value of 1 to ${VALUE_LENGTH_MAX} characters, or a list of them; a * may follow at its ` +
    'end alone',
  secret: false,
  takesList: true,
  read(raw) {
    const values = (typeof raw === 'object' ? raw : [raw]).map(readPattern)
    const isWhole = values.length > 0 && values.every((value) => value !== undefined)
    return isWhole ? values : undefined
  },
}

const ofSource = (kinds: readonly string[]): ValueKind<string> => ({
  placeholder: 'KIND/NAME',
  expected: `KIND/NAME or KIND/*, KIND one of ${kinds.join(', ')}`,
  secret: false,
  read(raw) {
    const text = String(raw)
    const [kind = '', name = '', ...more] = text.split('/')
    const isName = name === '*' || /^[A-Za-z0-9][A-Za-z0-9._-]*\*?$/.test(name)
    return kinds.includes(kind) && isName && more.length === 0 ? text : undefined
  },
})

const DESCRIPTIONS: Readonly<Record<SkipField, string>> = {
  action: "Waybill's name of the action: `container.exec`, `container.exec*`.",
  nativeAction: "The sender's own name of the action.",
  outcome: '`success`, `failure`, `denied` or `unknown`.',
  actor: 'Name of the actor.',
  namespace: 'Namespace of the target.',
  repository: 'Repository of the target, without its namespace.',
  target: 'Name of the target, such as that of a container.',
  tag: 'Tag of the target.',
  ip: 'Address of the client.',
  userAgent: 'User agent of the client.',
  command: 'Command line, its words separated by blanks, without what is redacted in it.',
  execType: "Docker's type of an exec, such as `healthcheck`, of engines that say it.",
}

const field = (name: SkipField): Setting<readonly string[] | undefined> =>
  optional(patterns, 'any', DESCRIPTIONS[name])

const RULE_FIELDS = {
  action: field('action'),
  nativeAction: field('nativeAction'),
  outcome: field('outcome'),
  actor: field('actor'),
  namespace: field('namespace'),
  repository: field('repository'),
  target: field('target'),
  tag: field('tag'),
  ip: field('ip'),
  userAgent: field('userAgent'),
  command: field('command'),
  execType: field('execType'),
}

/**
 * `sources.skip`: what is not recorded of sources and collectors.
 *
 * @param collectors kinds of the collectors that the server has.
 */
export function skipRules(collectors: readonly string[]) {
  return listOf(
    {
      name: required(
        plainName(NAME_LENGTH_MAX),
        'Name of the rule, under which `waybill status` and the metrics count what it leaves out.',
      ),
      source: required(
        ofSource([...SOURCE_KINDS, ...collectors]),
        'The source or collector whose events the rule is for.',
      ),
      ...RULE_FIELDS,
    },
    'Rules for events that are not recorded, such as health checks. Each field that a rule names ' +
      'has to have one of its values; a value that ends in `*` is the beginning of others. See ' +
      'docs/sources/README.md.',
    (rule) =>
      SKIP_FIELDS.some((name) => rule[name] !== undefined)
        ? undefined
        : `the rule ${rule.name} names no field, so it would skip everything: expected one of ` +
          SKIP_FIELDS.join(', '),
  )
}
