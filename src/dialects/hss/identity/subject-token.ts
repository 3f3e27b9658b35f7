import type { Directory } from '../../../access/directory/directory.ts'
import type { SecretBox } from '../../../access/tokens/secret-box.ts'
import { isMembers } from '../../../core/json/json.ts'
import type { Clock } from '../../../core/time/timestamp.ts'

/** How long a token holds however it is used, in microseconds: a day. */
const LIFETIME_MICROS = 86_400 * 1_000_000

/** What a token of `POST /v3/auth/tokens` says. */
export interface SubjectToken {
  readonly userId: string
  /** The tenant whose project it is for; undefined: for none, only for the account. */
  readonly tenant: string | undefined
  readonly issuedMicros: number
  readonly expiresMicros: number
}

/** What became of reading a token. */
export type TokenReading =
  | { readonly outcome: 'valid'; readonly token: SubjectToken }
  | { readonly outcome: 'expired'; readonly token: SubjectToken }
  | { readonly outcome: 'unknown' }

/** What tokens are made and checked with. */
export interface SubjectTokensOptions {
  readonly box: SecretBox
  readonly directory: Pick<Directory, 'passwordMark'>
  readonly clock: Clock
}

/**
 * Tokens that state who has them, sealed. Nothing is kept of them: scripts get a new one for every
 * call, and none may end another. One ends after a day, when its user is deleted and when the
 * user's password changes; what the user may do is looked up at each use.
 */
export class SubjectTokens {
  readonly #options: SubjectTokensOptions

  constructor(options: SubjectTokensOptions) {
    this.#options = options
  }

  /** Makes a token for a user whose password was just given. */
  issue(userId: string, tenant: string | undefined): { text: string; token: SubjectToken } {
    const { box, clock, directory } = this.#options
    const issuedMicros = clock()
    const token = { userId, tenant, issuedMicros, expiresMicros: issuedMicros + LIFETIME_MICROS }
    const passwordMark = directory.passwordMark(userId)
    return { text: box.seal(JSON.stringify({ ...token, passwordMark })), token }
  }

  /** Reads a token that a client shows. */
  read(text: string): TokenReading {
    const { box, clock, directory } = this.#options
    const opened = box.open(text)
    if (opened === undefined) return { outcome: 'unknown' }
    const said: unknown = JSON.parse(opened)
    const { userId, tenant, issuedMicros, expiresMicros, passwordMark } = isMembers(said)
      ? said
      : {}
    if (typeof userId !== 'string' || directory.passwordMark(userId) !== passwordMark) {
      return { outcome: 'unknown' }
    }
    const token = {
      userId,
      tenant: typeof tenant === 'string' ? tenant : undefined,
      issuedMicros: Number(issuedMicros),
      expiresMicros: Number(expiresMicros),
    }
    return { outcome: clock() < token.expiresMicros ? 'valid' : 'expired', token }
  }
}
