import { Label } from '@patternfly/react-core'
import { Link } from '@tanstack/react-router'
import { VisibleText } from '../shell/visible-text.tsx'
import { fullTime } from '../time/time-text.ts'
import { FactsTable } from './facts-table.tsx'
import { Part } from './part.tsx'

const ADMINISTRATORS = 'administrators with the scope admin'

interface User {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly tenant: string | null
  readonly roles: readonly string[]
}

interface Token {
  readonly id: string
  readonly user: string
  readonly name?: string
  readonly scopes: readonly string[]
  readonly sources?: readonly string[]
  readonly createdAt: string
  readonly expiresAt?: string
  readonly revokedAt?: string
}

interface Grant {
  readonly id: string
  readonly user: string
  readonly role: string
  readonly namespace: string
  readonly repository?: string
}

interface AccessKey {
  readonly accessKey: string
  readonly user: string
  readonly createdAt: string
}

/** Who may do what, with the way to what each did. */
export function Access() {
  return (
    <Part<{ readonly users: readonly User[] }>
      title="Users"
      path="/v1/users"
      needs={ADMINISTRATORS}
    >
      {({ users }) => {
        const nameOf = (id: string) => users.find((user) => user.id === id)?.name ?? id
        return (
          <>
            <FactsTable
              name="Users"
              columns={['User', 'Kind', 'Tenant', 'Roles', 'What it did']}
              rows={users.map(({ id, name, kind, tenant, roles }) => ({
                key: id,
                cells: [
                  <VisibleText key="name" text={name} />,
                  kind,
                  tenant === null ? 'all' : <VisibleText key="tenant" text={tenant} />,
                  roles.join(', ') || 'only grants',
                  <Acts key="acts" condition={`actor=${encodeURIComponent(id)}`} />,
                ],
              }))}
            />
            <Tokens nameOf={nameOf} />
            <Grants nameOf={nameOf} />
            <AccessKeys nameOf={nameOf} />
          </>
        )
      }}
    </Part>
  )
}

interface Named {
  readonly nameOf: (userId: string) => string
}

function Tokens({ nameOf }: Named) {
  return (
    <Part<{ readonly tokens: readonly Token[] }>
      title="Tokens"
      path="/v1/tokens"
      needs={ADMINISTRATORS}
    >
      {({ tokens }) => (
        <FactsTable
          name="Tokens"
          columns={['Token', 'User', 'Scopes', 'Created', 'State', 'What it was used for']}
          rows={tokens.map((token) => ({
            key: token.id,
            cells: [
              <VisibleText key="name" text={token.name ?? token.id} />,
              <VisibleText key="user" text={nameOf(token.user)} />,
              [...token.scopes, ...(token.sources ?? [])].join(', '),
              fullTime(token.createdAt),
              <TokenState key="state" token={token} />,
              <Acts
                key="acts"
                condition={`action=token.use&target=${encodeURIComponent(token.id)}`}
              />,
            ],
          }))}
        />
      )}
    </Part>
  )
}

function TokenState({ token: { revokedAt, expiresAt } }: { readonly token: Token }) {
  if (revokedAt !== undefined) return <Label isCompact>{`revoked ${fullTime(revokedAt)}`}</Label>
  if (expiresAt === undefined) return <>valid</>
  return <>{`until ${fullTime(expiresAt)}`}</>
}

function Grants({ nameOf }: Named) {
  return (
    <Part<{ readonly grants: readonly Grant[] }>
      title="Grants"
      path="/v1/grants"
      needs={ADMINISTRATORS}
    >
      {({ grants }) => (
        <FactsTable
          empty="No user has a grant."
          name="Grants"
          columns={['User', 'Role', 'On']}
          rows={grants.map(({ id, user, role, namespace, repository }) => ({
            key: id,
            cells: [
              <VisibleText key="user" text={nameOf(user)} />,
              role,
              <VisibleText
                key="place"
                text={repository === undefined ? namespace : `${namespace}/${repository}`}
              />,
            ],
          }))}
        />
      )}
    </Part>
  )
}

function AccessKeys({ nameOf }: Named) {
  return (
    <Part<{ readonly accessKeys: readonly AccessKey[] }>
      title="Access keys"
      path="/v1/access-keys"
      needs={ADMINISTRATORS}
    >
      {({ accessKeys }) => (
        <FactsTable
          empty="No user has an access key."
          name="Access keys"
          columns={['Access key', 'User', 'Created']}
          rows={accessKeys.map(({ accessKey, user, createdAt }) => ({
            key: accessKey,
            cells: [accessKey, <VisibleText key="user" text={nameOf(user)} />, fullTime(createdAt)],
          }))}
        />
      )}
    </Part>
  )
}

function Acts({ condition }: { readonly condition: string }) {
  return (
    <Link to="/events" search={{ query: `last=all&${condition}` }}>
      Show events
    </Link>
  )
}
