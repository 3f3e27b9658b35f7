import fc from 'fast-check'
import { expect, test } from 'vitest'
import { noteOf, parseNote } from '../../../../src/ledger/checkpoint/signed-note.ts'
import { SigningKeys } from '../../../../src/ledger/checkpoint/signing-keys.ts'
import {
  POLICY_BYTES_MAX,
  POLICY_GROUPS_MAX,
  POLICY_LOGS_MAX,
  POLICY_WITNESSES_MAX,
  PolicyError,
  parsePolicy,
} from '../../../../src/ledger/policy/parse-policy.ts'
import { cosigningsOf, isQuorum } from '../../../../src/ledger/policy/trust-policy.ts'
import { witnessKey } from '../../../support/witness-key.ts'

const LOG = 'logs.example.com/waybill'
const logKeys = Array.from({ length: POLICY_LOGS_MAX + 1 }, () => logKey())
const witnesses = Array.from({ length: POLICY_WITNESSES_MAX + 1 }, (_, index) =>
  witnessKey(`witness.example/w${index}`),
)
const [x1, x2, x3, y1] = witnesses.map(({ key }) => key.text)
const [log] = logKeys

function logKey(): string {
  return SigningKeys.make(LOG).verifierKeys()[0]?.text ?? ''
}

function parse(...lines: readonly string[]) {
  return parsePolicy(Buffer.from(lines.map((line) => `${line}\n`).join('')))
}

function problemOf(...lines: readonly string[]): string {
  try {
    parse(...lines)
  } catch (error) {
    if (error instanceof PolicyError) return error.message
    throw error
  }
  return ''
}

test('the example of the specification is read, with comments, spaces and tabs', () => {
  const policy = parse(
    `log ${log} https://logs.example.com/`,
    '',
    ` \t# the witnesses of X`,
    `witness X1 ${x1} https://x1.example/prefix`,
    `witness\tX2\t ${x2}`,
    `  witness X3 ${x3}  `,
    'group X-witnesses 2 X1 X2 X3',
    `witness Y1 ${y1} http://127.0.0.1:7380`,
    'group Y-witnesses any Y1',
    'group X-and-Y all X-witnesses Y-witnesses',
    'quorum X-and-Y',
  )
  expect(policy.logs.map(({ text }) => text)).toEqual([log])
  expect(policy.witnesses.map(({ name, url }) => [name, url?.href])).toEqual([
    ['X1', 'https://x1.example/prefix'],
    ['X2', undefined],
    ['X3', undefined],
    ['Y1', 'http://127.0.0.1:7380/'],
  ])
  const reached = (...names: readonly string[]) =>
    isQuorum(
      policy,
      policy.witnesses
        .filter(({ name }) => names.includes(name))
        .map((witness) => ({ witness, seconds: 1 })),
    )
  expect(reached('X1', 'X3', 'Y1')).toBe(true)
  expect(reached('X1', 'X2', 'X3')).toBe(false)
  expect(reached('X1', 'Y1')).toBe(false)
})

test('a policy needs no witnesses, and no line feed at its end', () => {
  expect(parsePolicy(Buffer.from('quorum none'))).toEqual({
    ...{ logs: [], witnesses: [], quorum: undefined },
  })
})

const W1 = `witness w1 ${x1}`
const W2 = `witness w2 ${x2}`

test.each<[string, readonly string[], string]>([
  ['no quorum', [W1], 'the policy has no line `quorum NAME`'],
  ['two quorums', ['quorum none', 'quorum none'], 'line 2: a second quorum'],
  ['a quorum of two names', [W1, W2, 'quorum w1 w2'], 'line 3: expected `quorum NAME`'],
  ['a quorum before its witness', ['quorum w1', W1], 'line 1: "w1" is not defined above'],
  ['an unknown word', ['cosigner x'], 'line 1: "cosigner" is not a log, witness, group or quorum'],
  ['a carriage return', [`${W1}\r`, 'quorum w1'], 'line 1: a control character'],
  ['a witness without a key', ['witness w1'], 'line 1: expected `witness NAME VKEY [URL]`'],
  ['a witness with too much', [`${W1} http://a b`], 'line 1: expected `witness NAME VKEY [URL]`'],
  ['the name none', [`witness none ${x1}`], 'line 1: the name none is reserved'],
  ['a name twice', [W1, `witness w1 ${x2}`], 'line 2: "w1" is defined twice'],
  ['a key twice', [W1, `witness w2 ${x1}`], 'line 2: the key of witness.example/w0 is there twice'],
  ['the key of a log as a witness', [`witness w ${log}`], 'is of type 1, and not one of cosig'],
  ['the key of a witness as a log', [`log ${x1}`], 'is of type 4, and not one of logs'],
  ['a log twice', [`log ${log}`, `log ${log}`], `line 2: the key of ${LOG} is there twice`],
  ['a log with too much', [`log ${log} a b`], 'line 1: expected `log VKEY [URL]`'],
  ['a damaged key', [`witness w ${x1?.replace('+', '+0')}`], 'line 1: not a verifier key'],
  ['a URL with a user', [`${W1} http://me@w.example`], 'line 1: the URL of a witness is http'],
  ['a URL with a password', [`${W1} http://:me@w.example`], 'line 1: the URL of a witness is'],
  ['a URL with a query', [`${W1} http://w.example/?a`], 'line 1: the URL of a witness is'],
  ['a URL of another kind', [`${W1} ftp://w.example`], 'line 1: the URL of a witness is http'],
  ['no URL', [`${W1} w.example`], 'line 1: the URL of a witness is http'],
  ['an empty group', [W1, 'group g any'], 'line 2: expected `group NAME NUMBER|any|all MEMBER …`'],
  ['a threshold of 0', [W1, 'group g 0 w1'], 'line 2: the threshold is not any, all or a number'],
  ['a threshold above', [W1, 'group g 2 w1'], 'number from 1 to 1'],
  ['a threshold in hex', [W1, 'group g 0x1 w1'], 'number from 1 to 1'],
  ['a threshold with zeros', [W1, 'group g 01 w1'], 'number from 1 to 1'],
  ['a member twice', [W1, W2, 'group g 2 w1 w1'], 'line 3: "w1" is a member twice'],
  ['a member of two groups', [W1, 'group g any w1', 'group h any w1'], 'line 3: "w1" is a member'],
  ['a group in itself', ['group g any g'], 'line 1: "g" is not defined above'],
  ['none as a member', [W1, 'group g any none'], 'line 2: "none" is not defined above'],
])('%s is refused, with the line', (_what, lines, problem) => {
  expect(problemOf(...lines)).toContain(problem)
})

test('what is too much is refused by name', () => {
  const many = (count: number, line: (index: number) => string) =>
    problemOf(...Array.from({ length: count }, (_, index) => line(index)))
  expect(many(POLICY_LOGS_MAX + 1, (index) => `log ${logKeys[index]}`)).toBe(
    `line ${POLICY_LOGS_MAX + 1}: more than ${POLICY_LOGS_MAX} logs`,
  )
  const witness = (index: number) => `witness w${index} ${witnesses[index]?.key.text}`
  expect(many(POLICY_WITNESSES_MAX + 1, witness)).toBe(
    `line ${POLICY_WITNESSES_MAX + 1}: more than ${POLICY_WITNESSES_MAX} witnesses`,
  )
  const group = (index: number) =>
    index === 0 ? W1 : `group g${index} any ${index === 1 ? 'w1' : `g${index - 1}`}`
  expect(many(POLICY_GROUPS_MAX + 2, group)).toBe(
    `line ${POLICY_GROUPS_MAX + 2}: more than ${POLICY_GROUPS_MAX} groups`,
  )
  expect(problemOf('#'.repeat(POLICY_BYTES_MAX))).toContain(`more than ${POLICY_BYTES_MAX} bytes`)
  expect(() => parsePolicy(Buffer.from([0x23, 0xff, 0x0a]))).toThrow('not UTF-8')
})

test('any text is a policy or an error that says why, and all witnesses reach its quorum', () => {
  const word = fc.constantFrom(
    ...['log', 'witness', 'group', 'quorum', 'none', 'any', 'all', '1', '2', 'a', 'b', '#'],
    ...[x1 ?? '', x2 ?? '', log ?? '', 'http://127.0.0.1/', '\t', 'K', '\u212a'],
  )
  const line = fc.oneof(
    fc.array(word, { maxLength: 6 }).map((words) => words.join(' ')),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const text = lines.join('\n')
      let policy: ReturnType<typeof parsePolicy>
      try {
        policy = parsePolicy(Buffer.from(text))
      } catch (error) {
        expect(error).toBeInstanceOf(PolicyError)
        return
      }
      // All witnesses together reach every quorum that can be stated, and nobody reaches none.
      const all = policy.witnesses.map((witness) => ({ witness, seconds: 1 }))
      expect(isQuorum(policy, all)).toBe(true)
      expect(isQuorum(policy, [])).toBe(policy.quorum === undefined)
      expect(text).toMatch(/^[ \t]*quorum[ \t]/m)
    }),
  )
})

test('a witness is counted once, with its latest time, and strangers are not', () => {
  const [one, two, three] = witnesses
  if (one === undefined || two === undefined || three === undefined) throw new Error('no keys')
  const policy = parse(W1, W2, 'group g 2 w1 w2', 'quorum g')
  const text = `${LOG}\n1\n${Buffer.alloc(32).toString('base64')}\n`
  const note = parseNote(
    noteOf(text, [one.cosign(text, 5), one.cosign(text, 9), three.cosign(text, 7)]),
  )
  const [w1] = policy.witnesses
  expect(cosigningsOf(note, policy)).toEqual([{ witness: w1, seconds: 9 }])
  expect(isQuorum(policy, cosigningsOf(note, policy))).toBe(false)
  const both = parseNote(noteOf(text, [one.cosign(text, 5), two.cosign(text, 6)]))
  expect(isQuorum(policy, cosigningsOf(both, policy))).toBe(true)
  const forged = parseNote(noteOf(text, [two.cosign(text.replace('1', '2'), 5)]))
  expect(() => cosigningsOf(forged, policy)).toThrow('does not hold')
})
