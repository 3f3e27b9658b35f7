import { domainToASCII } from 'node:url'
import { optional, type SettingTable, withDefault } from '../table/setting.ts'
import { addressRange, several, type ValueKind, wholeNumber, yesOrNo } from '../table/value-kind.ts'

/** Longest name of a host, in characters (RFC 1035 section 2.3.4). */
const HOST_LENGTH_MAX = 253
const SENDER_LENGTH_MAX = 320
const LINK_SECONDS_MIN = 10
/** Links must expire before their files are removed, seven days after they were written. */
const LINK_SECONDS_MAX = 432_000
const LINK_SECONDS = 3600

/**
 * A host as in a URL, or addresses. A value that can never match is rejected: a port, a wildcard or
 * a whole URL would silently allow nothing.
 */
const allowedHost: ValueKind<string> = {
  placeholder: 'HOST',
  expected: 'a host such as hooks.example.com, an address or a block such as 10.1.0.0/16',
  secret: false,
  read(raw) {
    const text = String(raw)
    const isName = /^(?:[\p{L}\p{N}_-]+\.)*[\p{L}_-][\p{L}\p{N}_-]*\.?$/u.test(text)
    // IPv6 may be in brackets, as in a URL.
    if (!isName) return addressRange.read(text.replace(/^\[(.*)\]$/, '$1'))
    const name = domainToASCII(text)
    return name !== '' && name.length <= HOST_LENGTH_MAX ? name : undefined
  },
}

/** The URL of a mail server. It may hold a user and a password, so no message repeats it. */
const smtpUrl: ValueKind<string> = {
  placeholder: 'URL',
  expected: 'an smtp:// or smtps:// URL, with % in user and password written as %25',
  secret: true,
  read(raw) {
    const url = URL.canParse(String(raw)) ? new URL(String(raw)) : undefined
    const isSmtp = url?.protocol === 'smtp:' || url?.protocol === 'smtps:'
    if (!isSmtp || url.hostname === '') return undefined
    return isDecodable(`${url.username}:${url.password}`) ? url.href : undefined
  },
}

/** A mail sender: an address alone, or in angle brackets after a name. */
const mailSender: ValueKind<string> = {
  placeholder: 'ADDRESS',
  expected: 'an e-mail address, such as Waybill <waybill@example.com>',
  secret: false,
  read(raw) {
    const text = String(raw)
    const isAddress =
      /^(?:[^\p{Cc}<>]*<[^\s\p{Cc}<>]+@[^\s\p{Cc}<>]+>|[^\s\p{Cc}<>]+@[^\s\p{Cc}<>]+)$/u
    return text.length <= SENDER_LENGTH_MAX && isAddress.test(text) ? text : undefined
  },
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/** The settings under `exports`. */
export const EXPORT_SETTINGS = {
  allowedHosts: optional(
    several(allowedHost),
    'none',
    'Host names, addresses and blocks of addresses (`10.1.0.0/16`) that export callbacks may use ' +
      'although they are not public.',
  ),
  linkSeconds: withDefault(
    wholeNumber(LINK_SECONDS_MIN, LINK_SECONDS_MAX),
    LINK_SECONDS,
    'How long the link to an exported file works, in seconds after it was sent.',
  ),
  proofs: withDefault(
    yesOrNo,
    false,
    'Whether each exported file gets an archive next to it with the proofs of its events, for ' +
      '`GET /v1/exports/{id}/proofs`.',
  ),
  smtpUrl: optional(
    smtpUrl,
    'e-mail notification is off',
    'Mail server for `callback_email`: `smtp://USER:PASSWORD@HOST:587`, encrypted if the server ' +
      'supports it, or `smtps://…`, always encrypted.',
  ),
  mailFrom: withDefault(
    mailSender,
    'Waybill <waybill@localhost>',
    'Sender of export notifications by e-mail.',
  ),
} as const satisfies SettingTable
