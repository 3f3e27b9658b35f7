import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

/** A mail as it was handed over. */
interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  /** Headers and body, dots unescaped. */
  readonly content: string
}

/** A mail server on 127.0.0.1 that takes one mail after the other, as far as it is let. */
export interface SmtpServer {
  /** `smtp://127.0.0.1:PORT` */
  readonly url: string
  readonly mails: readonly ReceivedMail[]
  /** How often a mail's receiver was named, refusals included. */
  readonly recipients: () => number
  close(): Promise<void>
}

/**
 * Speaks as much of RFC 5321 as a sender needs.
 *
 * @param answerTo what is answered to the nth receiver (from 0) that is named; default `250 ok`.
 */
export async function startSmtpServer(
  answerTo: (recipient: number) => string = () => '250 ok',
): Promise<SmtpServer> {
  const mails: ReceivedMail[] = []
  const sockets = new Set<Socket>()
  let recipients = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    let from = ''
    let to: string[] = []
    let content: string[] | undefined
    const answer = (line: string): string => {
      if (content !== undefined) {
        if (line !== '.') {
          content.push(line.startsWith('.') ? line.slice(1) : line)
          return ''
        }
        mails.push({ from, to, content: content.join('\r\n') })
        content = undefined
        return '250 taken'
      }
      const [verb = ''] = line.toUpperCase().split(/[ :]/)
      const address = /<([^>]*)>/.exec(line)?.[1] ?? ''
      switch (verb) {
        case 'EHLO':
        case 'HELO':
          return '250 127.0.0.1'
        case 'MAIL':
          from = address
          to = []
          return '250 ok'
        case 'RCPT': {
          const said = answerTo(recipients)
          recipients += 1
          if (said.startsWith('250')) to.push(address)
          return said
        }
        case 'DATA':
          content = []
          return '354 go on'
        case 'QUIT':
          socket.end('221 bye\r\n')
          return ''
        default:
          return '250 ok'
      }
    }
    let rest = ''
    socket.write('220 127.0.0.1 ready\r\n')
    socket.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const said = answer(line)
        if (said !== '') socket.write(`${said}\r\n`)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    recipients: () => recipients,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
