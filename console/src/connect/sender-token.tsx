import { Alert, Button } from '@patternfly/react-core'
import { useMutation } from '@tanstack/react-query'
import { ApiProblem } from '../api/api-problem.ts'
import { requestJson } from '../api/request.ts'
import { ErrorNotice } from '../shell/error-notice.tsx'
import { useSignedIn } from '../sign-in/use-session.ts'
import { senderOf, tokenCommands } from './connections.ts'
import { CopyableLines } from './copyable-lines.tsx'

/**
 * Makes a token for a sender that may send as one source and do nothing else. Those who may not
 * make one read which commands an administrator needs.
 */
export function SenderToken({
  source,
  token,
  onToken,
}: {
  readonly source: string
  /** The token that was made on this page. */
  readonly token: string | undefined
  readonly onToken: (token: string) => void
}) {
  const { roles, scopes } = useSignedIn()
  const mayCreate = roles.includes('administrator') && scopes.includes('admin')
  const create = useMutation({ mutationFn: () => createToken(source), onSuccess: onToken })
  if (token !== undefined) {
    return (
      <Alert variant="success" isInline title="The token is in the lines below">
        It may send events as <code>{source}</code>, and nothing else. It is not shown again.
      </Alert>
    )
  }
  if (!mayCreate) {
    return (
      <>
        <p>
          The sender needs a token. An administrator creates one that may send as{' '}
          <code>{source}</code>:
        </p>
        <CopyableLines lines={tokenCommands(source)} name="commands for a token" />
      </>
    )
  }
  return (
    <>
      <p>
        The sender needs a token that may send as <code>{source}</code>, and nothing else.
      </p>
      {create.error !== null && <ErrorNotice error={create.error} />}
      <Button onClick={() => create.mutate()} isLoading={create.isPending}>
        Create a token
      </Button>
    </>
  )
}

/** @throws ApiProblem as the routes of users and tokens do. */
async function createToken(source: string): Promise<string> {
  const user = senderOf(source)
  await requestJson('/v1/users', {
    method: 'POST',
    body: { name: user, kind: 'service', roles: ['writer'] },
  }).catch((error: unknown) => {
    // The sender may have a token already: it gets another one.
    if (!(error instanceof ApiProblem && error.status === 409)) throw error
  })
  const { token } = await requestJson<{ readonly token: string }>('/v1/tokens', {
    method: 'POST',
    body: { user, name: source, scopes: ['events:write'], sources: [source] },
  })
  return token
}
