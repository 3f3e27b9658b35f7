import { SKIP_FIELDS, type SkipField } from '../../core/query/skip-rule.ts'
import { listOf, optional, required, type Setting } from '../table/setting.ts'
import { plainName, type RawValue, type ValueKind } from '../table/value-kind.ts'

const NAME_LENGTH_MAX = 64
const VALUE_LENGTH_MAX = 1024

/** The kinds of sources that the server has. */
const SOURCE_KINDS = ['distribution', 'buildbot', 'engine', 'docker-authz']

/** A text, or a prefix and `*`. A `*` alone is rejected, because it would match everything. */
function readPattern(raw: RawValue): string | undefined {
  const text = String(raw)
  const isShort = text !== '' && text.length <= VALUE_LENGTH_MAX
  return isShort && /^[^*\p{Cc}]+\*?$/u.test(text) ? text : undefined
}

const patterns: ValueKind<readonly string[]> = {
  placeholder: 'VALUE',
  expected:
    `a value of 1 to ${VALUE_LENGTH_MAX} characters, or a list of them; * is allowed only at ` +
    'the end',
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
  command: 'Command line after redaction, its words separated by spaces.',
  execType: "Docker's type of an exec, such as `healthcheck`, from engines that report it.",
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
 * `sources.skip`: events of sources and collectors that are not recorded.
 *
 * @param collectors kinds of the collectors that the server has.
 */
export function skipRules(collectors: readonly string[]) {
  return listOf(
    {
      name: required(
        plainName(NAME_LENGTH_MAX),
        'Name of the rule, under which `waybill status` and the metrics count skipped events.',
      ),
      source: required(
        ofSource([...SOURCE_KINDS, ...collectors]),
        'The source or collector whose events the rule applies to.',
      ),
      ...RULE_FIELDS,
    },
    'Rules for events that are not recorded, such as health checks. An event is skipped if each ' +
      'field of the rule has one of its values; a value that ends in `*` is a prefix. See ' +
      'docs/sources/README.md.',
    (rule) =>
      SKIP_FIELDS.some((name) => rule[name] !== undefined)
        ? undefined
        : `the rule ${rule.name} has no field and would skip everything: expected one of ` +
          SKIP_FIELDS.join(', '),
  )
}
