import type { Asked } from './sequential.ts'

/**
 * Someone whose own log is a namespace's: a user of that name with a token of Quay's scope.
 * A ledger that an earlier run made has the user already.
 */
export async function signInAs(server: Asked, name: string): Promise<Asked> {
  await post(server, '/v1/users', { name, kind: 'user' }, [201, 409])
  const { token } = await post(
    server,
    '/v1/tokens',
    { user: name, name: `bench ${Date.now()}`, scopes: ['user:admin'] },
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
