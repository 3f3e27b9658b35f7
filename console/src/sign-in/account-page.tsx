import {
  Button,
  Content,
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
  Title,
} from '@patternfly/react-core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { requestJson } from '../api/request.ts'
import { signOut } from '../api/session.ts'
import { ErrorNotice } from '../shell/error-notice.tsx'
import { VisibleText } from '../shell/visible-text.tsx'
import { fullTime, ZONE } from '../time/time-text.ts'
import { PasswordSetting } from './password-setting.tsx'
import { replaceSession, useSignedIn } from './use-session.ts'

interface OpenSession {
  readonly id: string
  readonly dialect: string
  readonly startedAt: string
  readonly usedAt: string
  readonly ip?: string
  readonly userAgent?: string
  readonly isCurrent: boolean
}

/** Who is signed in, the password, and the sessions of this user. */
export function AccountPage() {
  const { user, tenant, roles } = useSignedIn()
  return (
    <main id="content" className="page-column">
      <Title headingLevel="h1">Account</Title>
      <DescriptionList isHorizontal>
        <Fact term="Name" text={user.name} />
        <Fact term="Tenant" text={tenant ?? 'all: an administrator of the installation'} />
        <Fact term="Roles" text={roles.length === 0 ? 'only grants' : roles.join(', ')} />
      </DescriptionList>
      <PasswordSetting />
      <Sessions />
    </main>
  )
}

function Fact({ term, text }: { readonly term: string; readonly text: string }) {
  return (
    <DescriptionListGroup>
      <DescriptionListTerm>{term}</DescriptionListTerm>
      <DescriptionListDescription>
        <VisibleText text={text} />
      </DescriptionListDescription>
    </DescriptionListGroup>
  )
}

function Sessions() {
  const client = useQueryClient()
  const { data, error, refetch } = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) =>
      requestJson<{ readonly sessions: readonly OpenSession[] }>('/v1/sessions', { signal }),
    staleTime: 0,
  })
  const leave = useMutation({
    mutationFn: () => signOut(true),
    onSuccess: () => replaceSession(client, null),
  })
  return (
    <section aria-labelledby="sessions-title">
      <Title headingLevel="h2" id="sessions-title">
        Sessions
      </Title>
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {leave.error !== null && <ErrorNotice error={leave.error} />}
      <ul className="plain-list">
        {data?.sessions.map((one) => (
          <li key={one.id}>
            <Content>
              <strong>{one.isCurrent ? 'This browser' : one.dialect}</strong>
              {one.ip !== undefined && ` from ${one.ip}`}, since {fullTime(one.startedAt)}
              <p className="quiet">
                <VisibleText text={one.userAgent ?? 'no user agent'} />
              </p>
            </Content>
          </li>
        ))}
      </ul>
      <p className="quiet">Times are in {ZONE}.</p>
      <Button variant="secondary" isDanger onClick={() => leave.mutate()}>
        Sign out everywhere
      </Button>
    </section>
  )
}
