import type { Span } from './span.ts'

/** A form by which a secret can be recognized, whatever surrounds it. */
export interface KnownForm {
  readonly name: string
  /**
   * A part of a regular expression. Repetitions are bounded or of one class of characters, so that
   * every text is read in linear time.
   */
  readonly pattern: string
  /** A match must also contain this. */
  readonly has?: RegExp
  /** Applies only to texts that contain this. */
  readonly where?: RegExp
  readonly example: string
}

/** Upper case, lower case and digits together, which hexadecimal digests and words do not have. */
const MIXED = /(?=.*[A-Z])(?=.*[a-z])\d|(?=.*[A-Z])(?=.*\d)[a-z]|(?=.*[a-z])(?=.*\d)[A-Z]/

/** Forms of secrets. `x{20}` in an example is a text of twenty characters. */
export const KNOWN_FORMS: readonly KnownForm[] = [
  {
    name: 'GitHub',
    pattern: '(?:gh[pousr]_|github_pat_)[A-Za-z0-9_]{16,}',
    example: `ghp_${'a1B2'.repeat(9)}`,
  },
  {
    name: 'GitLab',
    pattern: '(?:gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct)|gloas)-[\\w.-]{16,}',
    example: `glpat-${'a1B2'.repeat(5)}`,
  },
  {
    name: 'Slack',
    pattern: '(?:xox[a-z]|xapp|xwfp)-[\\w.-]{8,}',
    example: 'xoxb-123456789012-abcdefabcdef',
  },
  {
    name: 'Slack webhook',
    pattern: 'hooks\\.slack\\.com/(?:services|workflows|triggers)/[\\w/-]{8,}',
    example: 'hooks.slack.com/services/T00000000/B00000000/a1B2c3D4e5F6',
  },
  {
    name: 'Discord webhook',
    pattern: 'discord(?:app)?\\.com/api/webhooks/[\\w/-]{8,}',
    example: 'discord.com/api/webhooks/1234567890/a1B2c3D4e5F6',
  },
  {
    name: 'AWS access key id',
    pattern: '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}',
    example: 'AKIAIOSFODNN7EXAMPLE',
  },
  {
    name: 'AWS secret access key next to its id',
    pattern: '[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])',
    has: MIXED,
    where: /(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12}/,
    example: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  },
  {
    name: 'OpenAI, Anthropic, Stripe secret key',
    pattern: '(?:sk-|(?:sk|rk|pk)_(?:live|test|prod)_)[\\w-]{16,}',
    has: /\d/,
    example: `sk_live_${'a1B2'.repeat(6)}`,
  },
  {
    name: 'Docker Swarm',
    pattern: 'SWM(?:TKN|KEY)-1-[\\w-]{16,}',
    example: `SWMTKN-1-${'a1b2'.repeat(12)}-${'c3d4'.repeat(6)}`,
  },
  { name: 'Hugging Face', pattern: 'hf_[A-Za-z0-9]{16,}', example: `hf_${'a1B2'.repeat(8)}` },
  { name: 'npm', pattern: 'npm_[A-Za-z0-9]{16,}', example: `npm_${'a1B2'.repeat(9)}` },
  { name: 'PyPI', pattern: 'pypi-[\\w-]{16,}', example: `pypi-AgEI${'a1B2'.repeat(9)}` },
  {
    name: 'Docker Hub',
    pattern: 'dckr_[a-z]{3}_[\\w-]{8,}',
    example: `dckr_pat_${'a1B2'.repeat(6)}`,
  },
  {
    name: 'SendGrid',
    pattern: 'SG\\.[\\w-]{8,64}\\.[\\w-]{8,}',
    example: `SG.${'a1B2'.repeat(5)}.${'a1B2'.repeat(10)}`,
  },
  {
    name: 'Google',
    pattern: '(?:ya29\\.|AIza|GOCSPX-)[\\w.-]{16,}',
    example: `AIza${'a1B2'.repeat(8)}`,
  },
  {
    name: 'DigitalOcean',
    pattern: 'do[opr]_v1_[a-f0-9]{16,}',
    example: `dop_v1_${'a1b2'.repeat(16)}`,
  },
  {
    name: 'Vault',
    pattern: '(?:hv[sbr]\\.[\\w.-]{8,}|s\\.[A-Za-z0-9]{24}(?![A-Za-z0-9]))',
    has: /[A-Z]|^hv/,
    example: 'hvs.CAESIJ1hunter2hunter2',
  },
  {
    name: 'age',
    pattern: 'AGE-SECRET-KEY-[A-Z0-9]{16,}',
    example: `AGE-SECRET-KEY-1${'Q2W3'.repeat(14)}`,
  },
  {
    name: 'JSON Web Token, and other JSON in base64',
    // `eyJ` is `{"` in base64url: a token of three parts of any length, or a long one.
    pattern: 'eyJ[\\w-]{1,64}\\.e[\\w-]{1,64}\\.[\\w-]*|eyJ[\\w.+/=-]{17,}',
    example: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJib2IifQ.c2lnbmF0dXJl',
  },
  {
    name: 'Grafana, Sentry, New Relic, Tailscale, Shopify, Atlassian, Artifactory and others',
    pattern:
      '(?:gls[ac]_|sntry[su]_|NRAK-|tskey-|shp(?:at|ss|ca|pa)_|ATATT3x|ATCTT3x|AKCp|nvapi-|gsk_|' +
      'whsec_|xkeysib-|PMAK-|lin_api_|figd_|rubygems_|pscale_|dp\\.[a-z]{2,5}\\.|r8_|' +
      'sq0[a-z]{3}-)' +
      '[\\w.-]{12,}',
    has: /\d/,
    example: `glsa_${'a1B2'.repeat(8)}`,
  },
  {
    name: 'Telegram bot',
    pattern: '\\d{8,10}:AA[\\w-]{30,}',
    example: `123456789:AA${'a1B2'.repeat(8)}c`,
  },
  {
    name: 'plain token of Waybill and of some registries: 40 letters and digits',
    pattern: '[A-Za-z0-9]{40}(?![A-Za-z0-9])',
    has: MIXED,
    example: 'a1B2c3D4e5F6g7H8i9J0a1B2c3D4e5F6g7H8i9J0',
  },
]

/** A form may begin after anything but a letter or a digit. */
const PATTERNS = KNOWN_FORMS.map(({ pattern, has, where }) => ({
  pattern: new RegExp(`(?<![A-Za-z0-9])${pattern}`, 'g'),
  has,
  where,
}))

/** A quick check for all of them at once. */
const ANY_FORM = new RegExp(
  `(?<![A-Za-z0-9])(?:${KNOWN_FORMS.map(({ pattern }) => pattern).join('|')})|PRIVATE KEY`,
)

/** Every text with a known form is longer than this. */
const LENGTH_MIN = 13

/** Private keys in PEM extend to their end; truncated ones, to the end of the text. */
const PRIVATE_KEY_START = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g
const PRIVATE_KEY_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g

/** The secrets with a known form. */
export function knownFormSpans(text: string): readonly Span[] {
  if (text.length < LENGTH_MIN || !ANY_FORM.test(text)) return []
  const spans = privateKeySpans(text)
  for (const { pattern, has, where } of PATTERNS) {
    if (where !== undefined && !where.test(text)) continue
    for (const match of text.matchAll(pattern)) {
      const [found] = match
      if (has === undefined || has.test(found)) {
        spans.push({ start: match.index, end: match.index + found.length })
      }
    }
  }
  return spans
}

function privateKeySpans(text: string): Span[] {
  const spans: Span[] = []
  let at = 0
  for (const { index } of text.matchAll(PRIVATE_KEY_START)) {
    if (index < at) continue
    PRIVATE_KEY_END.lastIndex = index
    const end = PRIVATE_KEY_END.exec(text)
    at = end === null ? text.length : end.index + end[0].length
    spans.push({ start: index, end: at })
  }
  return spans
}
