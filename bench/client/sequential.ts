import { expectStatus, HttpConnection, requestHead } from './http-connection.ts'

/** Where GET requests go, and who asks. */
export interface Asked {
  readonly url: string
  /** Absent where no one is asked who they are. */
  readonly token?: string
  /** The header that the token goes into as it is, if not `Authorization` as a bearer. */
  readonly tokenHeader?: string
}

/** Asks for paths one after another over one connection. Resolves with the time of each, in ms. */
export async function timeRequests(
  asked: Asked,
  paths: Iterable<string>,
): Promise<readonly number[]> {
  const connection = await HttpConnection.open(asked.url)
  const times: number[] = []
  try {
    for (const path of paths) {
      const head = getHead(asked, path)
      const startedMs = performance.now()
      const answer = await connection.send(head)
      times.push(performance.now() - startedMs)
      expectStatus(answer, 200)
    }
  } finally {
    connection.close()
  }
  return times
}

/** Asks for one path. Resolves with the parsed answer. */
export async function getJson(asked: Asked, path: string): Promise<unknown> {
  const connection = await HttpConnection.open(asked.url)
  try {
    const answer = await connection.send(getHead(asked, path))
    expectStatus(answer, 200)
    return JSON.parse(answer.body.toString())
  } finally {
    connection.close()
  }
}

/** The bytes of a GET request. */
export function getHead({ token, tokenHeader }: Asked, path: string): Buffer {
  const method = 'GET'
  if (token === undefined) return requestHead({ method, path })
  if (tokenHeader === undefined) return requestHead({ method, path, token })
  return requestHead({ method, path, headers: { [tokenHeader]: token } })
}

/** Runs something so many times, one after another. Resolves with the time of each, in ms. */
export async function timeEach(
  times: number,
  run: (index: number) => Promise<unknown>,
): Promise<readonly number[]> {
  const taken: number[] = []
  for (let index = 0; index < times; index += 1) {
    const startedMs = performance.now()
    await run(index)
    taken.push(performance.now() - startedMs)
  }
  return taken
}
