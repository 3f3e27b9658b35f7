import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requireCommands } from './commands.ts'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'

const PROGRAM = 'smtpd'

/** OpenSMTPD on 127.0.0.1, which delivers whatever is for example.com into one folder. */
export interface MailServer {
  /** `smtp://127.0.0.1:PORT` */
  readonly url: string
  /** The mails that were delivered, headers and all, with their soft line breaks undone. */
  mails(): readonly string[]
  close(): Promise<void>
}

/** Starts it, in the foreground and with a configuration of its own. */
export async function startMailServer(): Promise<MailServer> {
  requireCommands(PROGRAM)
  if (process.getuid?.() !== 0) {
    throw new Error('this test runs OpenSMTPD, which gives up rights: run it as root')
  }
  const folder = mkdtempSync(join(tmpdir(), 'waybill-smtpd-'))
  const maildir = join(folder, 'mail')
  mkdirSync(maildir)
  // Mails are delivered by a user without rights.
  chmodSync(folder, 0o755)
  chmodSync(maildir, 0o777)
  const port = await freePort()
  const configuration = join(folder, 'smtpd.conf')
  writeFileSync(
    configuration,
    [
      `listen on 127.0.0.1 port ${port} hostname mail.example.com`,
      'table users { "@" = "nobody" }',
      `action "deliver" maildir "${maildir}" virtual <users>`,
      'match from any for domain "example.com" action "deliver"',
      '',
    ].join('\n'),
    { mode: 0o600 },
  )
  const child = spawn(PROGRAM, ['-d', '-f', configuration], { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString()
  })
  const close = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      await exit
    }
    rmSync(folder, { recursive: true })
  }
  try {
    await eventually(() => answers(port), Boolean, { what: `smtpd answers: ${log}` })
  } catch (error) {
    await close()
    throw error
  }
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails() {
      const fresh = join(maildir, 'new')
      if (!existsSync(fresh)) return []
      return readdirSync(fresh).map((name) => plainOf(readFileSync(join(fresh, name), 'utf8')))
    },
    close,
  }
}

/** Text as it was before it was made quoted-printable (RFC 2045 section 6.7). */
export function plainOf(mail: string): string {
  return mail
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    const [greeting]: unknown[] = await once(socket, 'data')
    return String(greeting).startsWith('220')
  } finally {
    socket.destroy()
  }
}
