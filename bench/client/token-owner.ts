import type { Asked } from './sequential.ts'

/** A user and what its token is for. */
export interface TokenOwner {
  readonly name: string
  readonly roles?: readonly string[]
  readonly scopes: readonly string[]
}

/** A user with a token of its own. A ledger that an earlier run made has the user already. */
export async function signInAs(
  server: Asked,
  { name, roles = [], scopes }: TokenOwner,
): Promise<Asked> {
  await post(server, '/v1/users', { name, kind: 'user', roles }, [201, 409])
  const { token } = await post(
    server,
    '/v1/tokens',
    { user: name, name: `bench ${Date.now()}`, scopes },
    [201],
  )
  if (typeof token !== 'string') throw new Error('POST /v1/tokens answered no token')
  return { url: server.url, token }
}

async function post(
  { url, token }: Asked,
  path: string,
  body: object,
  expected: readonly number[],
): Promise<{ readonly token?: unknown }> {
  const response = await fetch(new URL(path, url), {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  if (!expected.includes(response.status)) {
    throw new Error(`POST ${path} answered ${response.status}: ${text}`)
  }
  return JSON.parse(text)
}
