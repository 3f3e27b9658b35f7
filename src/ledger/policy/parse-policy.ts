import { cutText } from '../../core/cut-text.ts'
import { KEY_TYPES, parseVerifierKey, type VerifierKey } from '../checkpoint/verifier-key.ts'
import type { PolicyWitness, QuorumMember, TrustPolicy } from './trust-policy.ts'

/** Most bytes of a policy file. */
export const POLICY_BYTES_MAX = 64 * 1024
/** Most logs of a policy; the specification asks for 32 at least, here and below. */
export const POLICY_LOGS_MAX = 64
/** Most witnesses of a policy. All of their signatures fit into one note. */
export const POLICY_WITNESSES_MAX = 32
/** Most groups of a policy. */
export const POLICY_GROUPS_MAX = 64
/** Longest part of a line that a message repeats, in UTF-16 units. */
const SHOWN_LENGTH_MAX = 60
/** Longest reason why a key cannot be read, in UTF-16 units. */
const REASON_LENGTH_MAX = 200

/** Why a text is not a policy; of a line, the message begins with its number. */
export class PolicyError extends Error {
  constructor(reason: string, options: ErrorOptions & { readonly line?: number } = {}) {
    super(options.line === undefined ? reason : `line ${options.line}: ${reason}`, options)
    this.name = 'PolicyError'
  }
}

/**
 * Reads a policy file of C2SP tlog-policy, with keys of Ed25519.
 *
 * @throws PolicyError for anything else.
 */
export function parsePolicy(bytes: Uint8Array): TrustPolicy {
  if (bytes.length > POLICY_BYTES_MAX) {
    throw new PolicyError(`the policy has more than ${POLICY_BYTES_MAX} bytes`)
  }
  const reader = new PolicyReader()
  for (const [index, line] of textOf(bytes).split('\n').entries()) reader.read(line, index + 1)
  return reader.policy()
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw new PolicyError('the policy is not UTF-8', { cause: error })
  }
}

/** Reads a policy line by line. */
class PolicyReader {
  readonly #logs: VerifierKey[] = []
  readonly #witnesses: PolicyWitness[] = []
  readonly #named = new Map<string, QuorumMember>()
  /** Names that are members of a group already. */
  readonly #grouped = new Set<string>()
  #groupCount = 0
  #quorum: { readonly member: QuorumMember | undefined } | undefined
  #line = 0

  read(text: string, line: number): void {
    this.#line = line
    if (/[^\t\P{Cc}]/u.test(text)) throw this.#error('a control character')
    const [keyword = '', ...items] = text.split(/[ \t]+/).filter((item) => item !== '')
    if (keyword === '' || keyword.startsWith('#')) return
    if (keyword === 'log') this.#readLog(items)
    else if (keyword === 'witness') this.#readWitness(items)
    else if (keyword === 'group') this.#readGroup(items)
    else if (keyword === 'quorum') this.#readQuorum(items)
    else throw this.#error(`${shown(keyword)} is not a log, witness, group or quorum`)
  }

  policy(): TrustPolicy {
    if (this.#quorum === undefined) throw new PolicyError('the policy has no line `quorum NAME`')
    return { logs: this.#logs, witnesses: this.#witnesses, quorum: this.#quorum.member }
  }

  #readLog(items: readonly string[]): void {
    const [text = ''] = items
    if (items.length < 1 || items.length > 2) throw this.#expected('log VKEY [URL]')
    if (this.#logs.length >= POLICY_LOGS_MAX) throw this.#tooMany('logs', POLICY_LOGS_MAX)
    this.#logs.push(this.#key(text, KEY_TYPES.ed25519, this.#logs))
  }

  #readWitness(items: readonly string[]): void {
    const [name = '', text = '', url] = items
    if (items.length < 2 || items.length > 3) throw this.#expected('witness NAME VKEY [URL]')
    if (this.#witnesses.length >= POLICY_WITNESSES_MAX) {
      throw this.#tooMany('witnesses', POLICY_WITNESSES_MAX)
    }
    const known = this.#witnesses.map(({ key }) => key)
    const key = this.#key(text, KEY_TYPES.cosignature, known)
    const witness = { name, key, url: url === undefined ? undefined : this.#url(url) }
    this.#define(name, witness)
    this.#witnesses.push(witness)
  }

  #readGroup(items: readonly string[]): void {
    const [name = '', stated = '', ...names] = items
    if (names.length === 0) throw this.#expected('group NAME NUMBER|any|all MEMBER …')
    if (this.#groupCount >= POLICY_GROUPS_MAX) throw this.#tooMany('groups', POLICY_GROUPS_MAX)
    this.#groupCount += 1
    const members = names.map((member) => {
      if (this.#grouped.has(member)) throw this.#error(`${shown(member)} is a member twice`)
      this.#grouped.add(member)
      return this.#member(member)
    })
    this.#define(name, { name, threshold: this.#threshold(stated, members.length), members })
  }

  #readQuorum(items: readonly string[]): void {
    const [name = ''] = items
    if (items.length !== 1) throw this.#expected('quorum NAME')
    if (this.#quorum !== undefined) throw this.#error('a second quorum')
    this.#quorum = { member: name === 'none' ? undefined : this.#member(name) }
  }

  #threshold(stated: string, count: number): number {
    if (stated === 'any') return 1
    if (stated === 'all') return count
    const threshold = /^[1-9]\d*$/.test(stated) ? Number(stated) : 0
    if (threshold >= 1 && threshold <= count) return threshold
    throw this.#error(`the threshold is not any, all or a number from 1 to ${count}`)
  }

  #define(name: string, member: QuorumMember): void {
    if (name === 'none') throw this.#error('the name none is reserved')
    if (this.#named.has(name)) throw this.#error(`${shown(name)} is defined twice`)
    this.#named.set(name, member)
  }

  #member(name: string): QuorumMember {
    const member = this.#named.get(name)
    if (member === undefined) throw this.#error(`${shown(name)} is not defined above`)
    return member
  }

  #key(text: string, type: number, known: readonly VerifierKey[]): VerifierKey {
    let key: VerifierKey
    try {
      key = parseVerifierKey(text)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw this.#error(cutText(reason, REASON_LENGTH_MAX))
    }
    if (key.type !== type) {
      const kinds = type === KEY_TYPES.cosignature ? 'cosignatures (4)' : 'logs (1)'
      throw this.#error(`the key of ${key.name} is of type ${key.type}, and not one of ${kinds}`)
    }
    if (known.some(({ publicKey }) => publicKey.equals(key.publicKey))) {
      throw this.#error(`the key of ${key.name} is there twice`)
    }
    return key
  }

  #url(text: string): URL {
    const url = URL.canParse(text) ? new URL(text) : undefined
    const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:'
    const hasUser = url !== undefined && url.username + url.password !== ''
    if (url === undefined || !isHttp || hasUser || /[?#]/.test(text)) {
      throw this.#error('the URL of a witness is http:// or https://, without user and query')
    }
    return url
  }

  #expected(form: string): PolicyError {
    return this.#error(`expected \`${form}\``)
  }

  #tooMany(what: string, max: number): PolicyError {
    return this.#error(`more than ${max} ${what}`)
  }

  #error(reason: string): PolicyError {
    return new PolicyError(reason, { line: this.#line })
  }
}

function shown(text: string): string {
  return JSON.stringify(cutText(text, SHOWN_LENGTH_MAX))
}
