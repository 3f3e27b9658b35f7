import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Moments of an insert, as they pass between Waybill and a ClickHouse server. */
type InsertMoment = 'in its rows' | 'after its rows' | 'before its answer'

/** Passes everything on to a ClickHouse server, until it has to cut an insert. */
export interface InsertProxy {
  /** `http://127.0.0.1:port` */
  readonly url: string
  /** Cuts the connection of the next insert, and resolves then. */
  cutNext(moment: InsertMoment): Promise<void>
  close(): Promise<void>
}

const INSERT = /^POST .*INSERT[+%20]+INTO[+%20]+event_inbox/
/** What ends a request whose length is not known when it begins. */
const LAST_CHUNK = '0\r\n\r\n'

/** Starts a proxy in front of a server at `target`. */
export async function startInsertProxy(target: string): Promise<InsertProxy> {
  const sockets = new Set<Socket>()
  let next: { readonly moment: InsertMoment; readonly resolve: () => void } | undefined

  const serve = (client: Socket) => {
    const server = connect(Number(new URL(target).port), '127.0.0.1')
    let isInsert = false
    const end = () => {
      client.destroy()
      server.destroy()
    }
    const isTime = (moment: InsertMoment) => isInsert && next?.moment === moment
    const cut = () => {
      end()
      next?.resolve()
      next = undefined
    }
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', end).on('close', () => {
        sockets.delete(socket)
        end()
      })
    }
    client.on('data', (bytes) => {
      const text = bytes.toString('latin1')
      if (isTime('in its rows')) return cut()
      if (/^(GET|POST) /.test(text)) isInsert = INSERT.test(text)
      server.write(bytes, () => {
        if (text.endsWith(LAST_CHUNK) && isTime('after its rows')) cut()
      })
    })
    server.on('data', (bytes) => {
      if (isTime('before its answer')) cut()
      else client.write(bytes)
    })
  }

  const proxy = createServer(serve).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    url: `http://127.0.0.1:${portOf(proxy.address())}`,
    cutNext: (moment) =>
      new Promise((resolve) => {
        next = { moment, resolve }
      }),
    close: async () => {
      for (const socket of sockets) socket.destroy()
      proxy.close()
      await once(proxy, 'close')
    },
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  return address.port
}
