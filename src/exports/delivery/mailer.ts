import { createTransport } from 'nodemailer'
import type { MailText } from '../export-form.ts'
import { EMAIL_LENGTH_MAX, MAIL_SILENCE_MS_MAX } from '../limits.ts'

/** Ports for mail submission (RFC 8314 section 3.3; RFC 6409). */
const SMTPS_PORT = 465
const SMTP_PORT = 587

/** A mail to one receiver. */
interface Mail extends MailText {
  readonly to: string
  /** Identifies the mail when it is sent again. */
  readonly messageId: string
}

/** Sends mails through a mail server. */
export interface Mailer {
  /**
   * Resolves once the server has accepted the mail. Rejects with `MailRefused` when the server
   * refused it for good, and with another error otherwise.
   */
  send(mail: Mail): Promise<void>
}

/** The mail server rejected this mail permanently (an answer of 500 to 599). */
export class MailRefused extends Error {
  constructor(message: string, options: ErrorOptions) {
    super(message, options)
    this.name = 'MailRefused'
  }
}

/** @param smtpUrl `smtp://` or `smtps://`, with user and password when the server requires them. */
export function createMailer(smtpUrl: string, from: string): Mailer {
  const url = new URL(smtpUrl)
  const { username, password } = url
  const isSecure = url.protocol === 'smtps:'
  const transport = createTransport({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (isSecure ? SMTPS_PORT : SMTP_PORT) : Number(url.port),
    secure: isSecure,
    ...(username !== '' && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
    connectionTimeout: MAIL_SILENCE_MS_MAX,
    greetingTimeout: MAIL_SILENCE_MS_MAX,
    socketTimeout: MAIL_SILENCE_MS_MAX,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send({ to, messageId, subject, html, text }) {
      try {
        // An object, because a string would be read as a list of addresses.
        await transport.sendMail({
          from,
          to: { name: '', address: to },
          messageId: `<${messageId}>`,
          subject,
          html,
          text,
        })
      } catch (error) {
        if (!isRefusal(error)) throw error
        throw new MailRefused('the mail server refused the mail', { cause: error })
      }
    },
  }
}

/** Whether a text can be the address of one mailbox. */
export function isMailAddress(text: string): boolean {
  return (
    text.length <= EMAIL_LENGTH_MAX &&
    text.isWellFormed() &&
    /^[^\s@<>()[\]\\,;:"\p{Cc}]+@[^\s@<>(),;"\p{Cc}]+$/u.test(text)
  )
}

function isRefusal(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('responseCode' in error)) return false
  // A wrong password is a configuration error, which can be fixed while mails wait.
  if ('code' in error && error.code === 'EAUTH') return false
  const { responseCode } = error
  return typeof responseCode === 'number' && responseCode >= 500 && responseCode <= 599
}
